"""The HTTP face on a loopback socket, above a real database, real files and an obedient pool."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
import hypothesis
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.background import background
from bot.config import Settings, hash_token
from bot.fetching import FetchLimits, open_fetcher
from bot.ground import Ground, services_upon
from bot.remote.reader import ReadLimits, open_reader
from bot.services import Services
from bot.signatures import sign
from bot.web.patience import Patience
from bot.web.server import application, serving
from processing.ffmpeg import Tools, find_tools
from processing.opener import Opener
from storage.database import Database
from storage.files import LocalFiles
from storage.identifiers import new_id
from storage.models import Scene, Video
from storage.remotes import Remotes
from tests import clips
from tests.fakes import Clock, FakePool

SECRET = "whsec_" + "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"
NEXT_SECRET = "whsec_" + "bmV4dCBuZXh0IG5leHQgbmV4dCBuZXh0IG5l"
TOKEN = "a token of the test's own"
OTHER_TOKEN = "another client's token"

SETTINGS = {
    "limits": {"upload_mb": 1},
    "clients": [
        {
            "name": "tool",
            "secrets": [SECRET, NEXT_SECRET],
            "token_hashes": [hash_token(TOKEN)],
            "users": ["alice", "team-*"],
        },
        {"name": "other", "token_hashes": [hash_token(OTHER_TOKEN)]},
    ],
}

#: Videos are fetched from the test's own servers.
LOOPBACK = [ip_network("127.0.0.0/8")]
FETCHES = FetchLimits(most_bytes=1_000_000, timeout_s=10, allowed_networks=LOOPBACK)
READS = ReadLimits(most_bytes=1_000_000, cache_bytes=1_000_000, allowed_networks=LOOPBACK)


def searching(cases: int) -> hypothesis.settings:
    """So many cases over a socket, the same ones each time."""
    return hypothesis.settings(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )


@dataclass(frozen=True, kw_only=True)
class House:
    """The face under test and the parts behind it."""

    services: Services
    pool: FakePool
    clock: Clock
    http: aiohttp.ClientSession
    close: Callable[[], Awaitable[None]]

    def bearer(self, token: str = TOKEN) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    def signed(self, body: bytes, *, name: str = "msg_1", secret: str = SECRET) -> dict[str, str]:
        return sign(body, id=name, secret=secret, now=self.clock())

    async def get(self, path: str, **options: Any) -> "Answer":
        return await self.ask("GET", path, **{"headers": self.bearer()} | options)

    async def post(self, path: str, **options: Any) -> "Answer":
        return await self.ask("POST", path, **{"headers": self.bearer()} | options)

    async def ask(self, method: str, path: str, **options: Any) -> "Answer":
        async with self.http.request(method, path, allow_redirects=False, **options) as response:
            raw = await response.read()
            is_json = response.content_type in ("application/json", "application/problem+json")
            return Answer(
                status=response.status,
                headers=response.headers,
                raw=raw,
                json=await response.json(content_type=None) if raw and is_json else None,
            )

    async def scene(self, *, owner_id: str = "tool", start_s: float = 1, end_s: float = 11) -> Scene:
        """A scene of a video whose file nobody will look into."""
        video = Video(
            id=new_id("vid"),
            owner_id=owner_id,
            title="A match",
            file_key="sources/none",
            size_bytes=1,
            duration_s=600,
            width=1920,
            height=1080,
            has_audio=True,
            created_at=self.clock(),
        )
        await self.services.videos.add(video)
        return await self.services.library.add_scene(video, start_s=start_s, end_s=end_s, title="Kick-off")

    async def ask_for_short(self, scene: Scene, **more: Any) -> "Answer":
        return await self.post(f"/v1/scenes/{scene.id}/export-short", json=RECIPE | more)

    async def ended(self, export_id: str) -> None:
        """Wait until the export has ended, as told by the board's bell."""
        async with asyncio.timeout(10):
            while True:
                bell = asyncio.ensure_future(self.services.board.changed())
                export = await self.services.exports.get(export_id)
                if export is not None and export.finished_at is not None:
                    bell.cancel()
                    return
                await bell

    async def completed(self, scene: Scene, **more: Any) -> str:
        answer = await self.ask_for_short(scene, **more)
        assert answer.status == 202, answer.json
        await self.ended(answer.json["id"])
        return str(answer.json["id"])


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response, read to its end."""

    status: int
    headers: Mapping[str, str]
    raw: bytes
    json: Any


RECIPE = {"aspect_ratio_strategy": "center_crop", "output_quality": "high"}


@pytest.fixture(scope="session")
def tools() -> Tools:
    return find_tools()


@pytest.fixture(scope="session")
def clip(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(tools, tmp_path_factory.mktemp("clips") / "clip.mp4", size="160x90", seconds=1)


@pytest.fixture(scope="session")
def short(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(tools, tmp_path_factory.mktemp("short") / "short.mp4", size="216x384", seconds=2)


@pytest.fixture
async def films(clip: Path) -> AsyncIterator[str]:
    """The address of a server that has one film."""

    async def film(request: web.Request) -> web.FileResponse:
        return web.FileResponse(clip)

    app = web.Application()

    async def page(request: web.Request) -> web.Response:
        return web.Response(text="<html>Sign in to watch</html>", content_type="text/html")

    app.router.add_get("/film.mp4", film)
    app.router.add_get("/page.mp4", page)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


@pytest.fixture
def settings() -> Settings:
    """A test that needs others overrides this fixture."""
    return Settings(**SETTINGS)


@pytest.fixture
def patience() -> Patience:
    """A test that needs less overrides this fixture."""
    return Patience()


@pytest.fixture
async def house(tmp_path: Path, tools: Tools, settings: Settings, patience: Patience) -> AsyncIterator[House]:
    clock, scratch = Clock(), tmp_path / "tmp"
    scratch.mkdir()
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        Database.open(tmp_path / "cutdown.db") as database,
        open_fetcher(FETCHES) as fetch,
        open_reader(READS, tmp_path / "remote") as reader,
    ):
        steps = asyncio.Event()
        files = LocalFiles(tmp_path / "files")
        pool = FakePool(files)
        ground = Ground(
            database=database,
            files=files,
            opener=Opener(files, Remotes(database), reader),
            pool=pool,
            fetch=fetch,
            reader=reader,
            tools=tools,
            engine="1",
            scratch=scratch,
            now=clock,
            on_news=lambda: None,
            on_step=steps.set,
        )
        services = services_upon(ground, settings, base_url=base_url)
        async with (
            background("exporter", services.exporter.run),
            background("orders", partial(services.exporter.follow, steps)),
            aiohttp.ClientSession(base_url, connector=aiohttp.TCPConnector(limit=0)) as http,
            AsyncExitStack() as face,
        ):
            await face.enter_async_context(serving(application(services), listener, patience))
            yield House(services=services, pool=pool, clock=clock, http=http, close=face.aclose)

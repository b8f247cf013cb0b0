"""The real program as a child process: started, killed, started again on the same data folder."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aiohttp

from bot.config import hash_token
from processing.ffmpeg import Tools
from tests.fake_discord import FakeDiscord

BEARER = "acceptance-token"

SETTINGS = """
[service]
port = 0
{drain}
backups = 0

[limits]
link_hours = {link_hours}

[render]
pool_size = 1
ffmpeg = "{ffmpeg}"
ffprobe = "{ffprobe}"

[[clients]]
name = "acceptance"
token_hashes = ["{token_hash}"]
users = ["*"]
"""

#: Renders and the search for scenes wait for the gate; everything else that ffmpeg is asked passes.
GATED_FFMPEG = """#!/bin/sh
case "$*" in
*progress*|*scdet*) while [ ! -e "{gate}" ]; do sleep 0.05; done ;;
esac
exec "{ffmpeg}" "$@"
"""

#: Notes in which folder it is run: what an ffprobe needs for a moment must lie where the next start clears.
WATCHED_FFPROBE = """#!/bin/sh
pwd >> "{places}"
while [ -e "{held}" ]; do sleep 0.05; done
exec "{ffprobe}" "$@"
"""


class Program:
    """`cutdown run`. Renders start when `open_gate` has been called; one that `drains` lets them end."""

    def __init__(
        self,
        folder: Path,
        tools: Tools,
        *,
        environment: dict[str, str],
        link_hours: float = 24,
        drains: bool = False,
    ) -> None:
        self._folder = folder
        self._gate = folder / "gate"
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._log = folder / "log.txt"
        self.url = ""
        self._places = folder / "places.txt"
        self._held = folder / "held"
        ffmpeg, ffprobe = folder / "gated-ffmpeg", folder / "watched-ffprobe"
        ffmpeg.write_text(GATED_FFMPEG.format(gate=self._gate, ffmpeg=tools.ffmpeg))
        ffprobe.write_text(
            WATCHED_FFPROBE.format(places=self._places, held=self._held, ffprobe=tools.ffprobe)
        )
        for script in (ffmpeg, ffprobe):
            script.chmod(0o755)
        settings = SETTINGS.format(
            link_hours=link_hours,
            drain="drain_s = 600" if drains else "drain_s = 0",
            ffmpeg=ffmpeg,
            ffprobe=ffprobe,
            token_hash=hash_token(BEARER),
        )
        (folder / "config.toml").write_text(settings)

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self._folder / "data"

    @property
    def log(self) -> str:
        """Everything that it has logged so far."""
        return self._log.read_text()

    async def says(self, text: str) -> None:
        """Waits until that is in its log."""
        while text not in self.log:  # noqa: ASYNC110 - it is another process that writes it
            await asyncio.sleep(0.01)

    async def start(self) -> None:
        """Returns when the HTTP face is open."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--config", "config.toml"),
                # its data lie where most let them lie: in "data", in the folder that it is started in
                cwd=self._folder,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self._environment},
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            greeting = (await self._process.stdout.readline()).decode()
        assert greeting.startswith("Cutdown is at "), self.log
        self.url = greeting.split()[-1]

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends it; -9 is for `signal.SIGKILL`. Returns the exit status."""
        self.tell(how)
        return await self.ended()

    def tell(self, how: signal.Signals) -> None:
        """Sends it that signal, unless it has ended."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(how)

    async def ended(self) -> int:
        """The exit status, when it has ended."""
        assert self._process is not None
        async with asyncio.timeout(30):
            return await self._process.wait()

    def hold_probes(self, *, held: bool = True) -> None:
        """From now on no ffprobe comes to an end, or they do again."""
        self._held.touch() if held else self._held.unlink()

    def open_gate(self) -> None:
        """From now on renders are made."""
        self._gate.touch()

    def shut_gate(self) -> None:
        """From now on renders wait again."""
        self._gate.unlink(missing_ok=True)

    async def add_scene(self, clip: Path, *, owner_id: str, title: str, times: tuple[float, float]) -> str:
        """A video and a scene of it, by the HTTP face; returns the scene's name."""
        form = aiohttp.FormData({"user_id": owner_id, "title": title})
        form.add_field("file", clip.read_bytes(), filename=clip.name)
        video = await self._post("/v1/videos", data=form)
        scene = {"start_s": times[0], "end_s": times[1], "title": title}
        return str((await self._post(f"/v1/videos/{video['id']}/scenes", json=scene))["id"])

    async def take_picture(self, scene_id: str) -> None:
        """Have the picture of a scene taken, by the HTTP face: from then on it is there at once."""
        path = f"{self.url}/v1/scenes/{scene_id}/thumbnail"
        async with self._session() as session, session.get(path) as answer:
            assert answer.status == 200, await answer.text()

    async def ask(self, scene_id: str, **body: Any) -> str:
        """Ask for a short of a scene, by the HTTP face; returns the export's name."""
        recipe = {"aspect_ratio_strategy": "center_crop", "output_quality": "medium", **body}
        return str((await self._post(f"/v1/scenes/{scene_id}/export-short", json=recipe))["id"])

    async def look(self, export_id: str) -> dict[str, Any]:
        """How an export stands, by the HTTP face."""
        async with self._session() as session, session.get(f"{self.url}/v1/exports/{export_id}") as answer:
            return dict(await answer.json())

    async def reaches(self, export_id: str, status: str) -> dict[str, Any]:
        """How an export stands when it has got there."""
        while (seen := await self.look(export_id))["status"] != status:
            assert seen["status"] in ("pending", "processing"), seen
        return seen

    async def fetch(self, url: str, *, owner_id: str) -> str:
        """Have a video fetched, by the HTTP face; returns its name."""
        return str((await self._post("/v1/videos", json={"url": url, "user_id": owner_id}))["id"])

    async def remove(self, video_id: str) -> None:
        """Remove a video, or call it off, by the HTTP face."""
        path = f"{self.url}/v1/videos/{video_id}"
        async with self._session() as session, session.delete(path) as answer:
            assert answer.status == 204, await answer.text()

    async def order(self, url: str, *, times: tuple[float, float]) -> str:
        """Ask for a short of a video that is still to be fetched; returns the export's name."""
        recipe = {"aspect_ratio_strategy": "center_crop", "output_quality": "medium"}
        part = {"source_url": url, "start_s": times[0], "end_s": times[1]}
        return str((await self._post("/v1/exports", json=recipe | part))["id"])

    async def comes_in(self, video_id: str, status: str) -> dict[str, Any]:
        """How an intake stands when it has got there."""
        async with self._session() as session:
            while True:
                async with session.get(f"{self.url}/v1/intakes/{video_id}") as answer:
                    seen = dict(await answer.json())
                if seen["status"] == status:
                    return seen
                assert seen["status"] not in ("ready", "failed"), seen

    async def is_unknown(self, video_id: str) -> bool:
        """Whether neither a video nor an intake has that name."""
        async with self._session() as session:
            for path in ("videos", "intakes"):
                async with session.get(f"{self.url}/v1/{path}/{video_id}") as answer:
                    if answer.status != 404:
                        return False
        return True

    def probed_in(self) -> set[Path]:
        """The folders in which ffprobe has looked at files, without those at start-up."""
        places = {Path(place) for place in self._places.read_text().splitlines()}
        return places - {self._folder}

    def children(self) -> list[int]:
        """Processes that were started for this data folder: ffmpeg and what guards it."""
        own = str(self._process.pid) if self._process else ""
        return [
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/cmdline")
            if path.parent.name != own and str(self._folder).encode() in read(path)
        ]

    async def download(self, url: str) -> tuple[int, bytes]:
        """What a browser gets at a link."""
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.read()

    async def _post(self, path: str, **body: Any) -> dict[str, Any]:
        async with self._session() as session, session.post(self.url + path, **body) as answer:
            assert answer.status in (201, 202), await answer.text()
            return dict(await answer.json())

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers={"Authorization": f"Bearer {BEARER}"})


def read(path: Path) -> bytes:
    """What is in a file of /proc, which may be gone by now."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


@asynccontextmanager
async def against(
    discord: FakeDiscord,
    tools: Tools,
    folder: Path,
    *,
    environment: Mapping[str, str] = MappingProxyType({}),
    **settings: Any,
) -> AsyncIterator[Program]:
    """The program and a fake Discord; at the end its log holds no fault and no secret."""
    program = Program(folder, tools, environment={**discord.environment(), **environment}, **settings)
    await program.start()
    try:
        yield program
    finally:
        await program.stop()
        assert "Traceback" not in program.log, program.log
        for secret in (discord.token, "interaction-token"):
            assert secret not in program.log

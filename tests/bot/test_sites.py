"""yt-dlp, the real one, fetches from pages on loopback: through our proxy alone, and no more than it may."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.fetching import FetchLimits, open_fetcher
from bot.sites import ytdlp
from bot.sites.egress import Egress, opened
from bot.sites.ytdlp import SiteLimits, Sites
from processing.errors import FetchRefused, SourceRefused
from processing.ffmpeg import find_tools
from tests import clips

LOOPBACK = (ip_network("127.0.0.0/8"),)
PAGE = "<html><head><title>A day out</title></head><body><video src='{src}'></video></body></html>"


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(find_tools(), tmp_path_factory.mktemp("site") / "film.mp4", size="160x90", seconds=1)


@asynccontextmanager
async def site(film: Path, src: str = "film.mp4") -> AsyncIterator[tuple[str, list[str]]]:
    """A page with a film in it; and what was asked of the server."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if request.path.endswith(".mp4"):
            return web.FileResponse(film)
        return web.Response(text=PAGE.format(src=src), content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/watch")), asked


def sites(**changes: object) -> Sites:
    limits = {"hosts": ["127.0.0.1"], "most_bytes": 1_000_000, "timeout_s": 60, "allowed_networks": LOOPBACK}
    return Sites(SiteLimits(**limits | changes))  # type: ignore[arg-type]


async def test_the_video_of_a_page_comes_whole_and_its_progress_is_told(film: Path, tmp_path: Path) -> None:
    heard: list[float] = []
    limits = FetchLimits(
        most_bytes=1_000_000, timeout_s=60, allowed_networks=LOOPBACK, site_hosts=["127.0.0.1"]
    )
    async with site(film) as (url, _), open_fetcher(limits) as fetch:
        await fetch(url, tmp_path / "source", on_progress=heard.append)
    assert (tmp_path / "source").read_bytes() == film.read_bytes()
    assert heard[-1] == 1.0
    assert [path.name for path in tmp_path.iterdir()] == ["source"], "nothing lies about"


async def test_a_page_that_leads_to_a_private_place_leads_nowhere(film: Path, tmp_path: Path) -> None:
    async with site(film, src="http://10.0.0.1/film.mp4") as (url, _):
        with pytest.raises(FetchRefused, match="not public"):
            await sites().fetch(url, tmp_path / "source", on_progress=lambda part: None)
    assert list(tmp_path.iterdir()) == []


async def test_without_an_exception_loopback_is_never_asked(film: Path, tmp_path: Path) -> None:
    async with site(film) as (url, asked):
        with pytest.raises(FetchRefused, match="not public"):
            await sites(allowed_networks=()).fetch(url, tmp_path / "source", on_progress=lambda part: None)
        assert asked == []


async def test_a_video_that_is_too_large_is_refused(film: Path, tmp_path: Path) -> None:
    async with site(film) as (url, _):
        small = sites(most_bytes=film.stat().st_size - 1)
        with pytest.raises(SourceRefused, match="larger than"):
            await small.fetch(url, tmp_path / "source", on_progress=lambda part: None)
    assert list(tmp_path.iterdir()) == []


async def test_a_page_without_a_video_is_refused(film: Path, tmp_path: Path) -> None:
    async with site(film, src="") as (url, _):
        with pytest.raises(FetchRefused, match="no video"):
            await sites().fetch(url, tmp_path / "source", on_progress=lambda part: None)


async def test_a_site_that_takes_too_long_is_given_up(film: Path, tmp_path: Path) -> None:
    async with site(film) as (url, _):
        with pytest.raises(FetchRefused, match="too long"):
            await sites(timeout_s=0.05).fetch(url, tmp_path / "source", on_progress=lambda part: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://videos.example/watch?v=1", True),
        ("https://www.VIDEOS.example:8443/a", True),
        ("https://videos.example./a", True),
        ("https://notvideos.example/a", False),
        ("https://videos.example.evil.test/a", False),
        ("https://evil.test/videos.example", False),
        ("folder:videos.example/a.mp4", False),
        ("http://[::", False),
    ],
)
def test_only_named_hosts_and_their_parts_are_handed_over(url: str, known: bool) -> None:
    assert sites(hosts=["videos.example"]).knows(url) is known


async def test_where_it_is_missing_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ytdlp, "installed", lambda: False)
    with pytest.raises(FetchRefused, match="at present"):
        await sites().fetch("http://127.0.0.1:9/", tmp_path / "source", on_progress=lambda part: None)


async def through(proxy: str, url: str) -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as session, session.get(url, proxy=proxy) as answer:
        return answer.status, await answer.read()


async def test_the_proxy_lets_in_nobody_without_its_word(film: Path) -> None:
    async with (
        site(film) as (url, asked),
        opened(Egress(most_bytes=10**6, allowed_networks=LOOPBACK)) as proxy,
    ):
        assert (await through(proxy, url))[0] == 200
        asked.clear()
        word = proxy.split("@")[0].rpartition(":")[2]
        for wrong in (proxy.replace(f"cutdown:{word}@", ""), proxy.replace(word, "guess")):
            assert (await through(wrong, url))[0] == 407
        assert asked == []


async def test_the_proxy_ends_when_more_comes_than_may(film: Path) -> None:
    egress = Egress(most_bytes=100, allowed_networks=LOOPBACK)
    async with site(film) as (url, _), opened(egress) as proxy:
        with pytest.raises(aiohttp.ClientError):
            await through(proxy, url.replace("watch", "film.mp4"))
    assert egress.exhausted


@pytest.mark.parametrize("allowed", [True, False], ids=["allowed", "private"])
async def test_tunnels_are_judged_by_the_address_that_a_name_has(film: Path, allowed: bool) -> None:
    egress = Egress(most_bytes=10**6, allowed_networks=LOOPBACK if allowed else ())
    async with site(film) as (url, asked), opened(egress) as proxy:
        place, word = urlsplit(proxy), f"{urlsplit(proxy).username}:{urlsplit(proxy).password}"
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        key = base64.b64encode(word.encode()).decode()
        writer.write(f"CONNECT localhost:{urlsplit(url).port} HTTP/1.1\r\n".encode())
        writer.write(f"Proxy-Authorization: Basic {key}\r\n\r\n".encode())
        said = await reader.readuntil(b"\r\n\r\n")
        if allowed:
            writer.write(b"GET /watch HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert b"<video" in await reader.read()
        writer.close()
    assert said.startswith(b"HTTP/1.1 200" if allowed else b"HTTP/1.1 403")
    assert (egress.refused, asked) == ((False, ["/watch"]) if allowed else (True, []))

"""What ffmpeg makes of a remote file is what it makes of a local one, and it can go nowhere else."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.remote.reader import ProxyReader
from processing.detection import detect
from processing.errors import Refusal, SourceRefused
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.render import render
from processing.scenes import SceneBounds
from processing.source import Loopback, Source
from processing.stills import preview, thumbnail
from processing.strategy_sheet import strategy_sheet
from tests import clips, samples
from tests.processing.test_refusals import PLAYLISTS
from tests.range_server import Film, showing

#: What is done to the same packets so that they stand in the file in another way.
KINDS = {"moov-last.mp4": [], "moov-first.mp4": ["-movflags", "+faststart"], "matroska.mkv": []}
BOUNDS = SceneBounds(shortest_s=1, target_s=2, longest_s=4)


@pytest.fixture(scope="session")
def encoded(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds with a key frame each second, large enough to be many blocks."""
    picture = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=6,noise=alls=30:allf=t"]
    written = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    return clips.make(tools, tmp_path_factory.mktemp("film") / "film.mp4", *picture, *clips.tone(6), *written)


@pytest.fixture(params=KINDS)
def local(request: pytest.FixtureRequest, tools: Tools, encoded: Path, tmp_path: Path) -> Path:
    kind = request.param
    return clips.make(tools, tmp_path / kind, "-i", str(encoded), "-c", "copy", *KINDS[kind])


def hashes(tools: Tools, path: Path) -> str:
    """Of every decoded frame and piece of sound."""
    listed = [tools.ffmpeg, "-v", "error", "-i", path, "-f", "framemd5", "-"]
    return subprocess.run(listed, capture_output=True, check=True, text=True).stdout


@asynccontextmanager
async def remote(reader: ProxyReader, body: bytes) -> AsyncIterator[tuple[Loopback, Film]]:
    async with showing(Film(body)) as film:
        found = await reader.inspect(film.url)
        assert found is not None
        async with reader.open(found) as source:
            yield source, film


async def test_a_render_is_the_same_to_the_last_frame_and_sample(
    local: Path, reader: ProxyReader, tools: Tools, tmp_path: Path
) -> None:
    async def frames(source: Source, name: str) -> str:
        short = tmp_path / name
        await render(samples.job(2.2, 3.4), source=source, output=short, tools=tools, threads=1)
        return hashes(tools, short)

    async with remote(reader, local.read_bytes()) as (source, film):
        assert await frames(source, "remote.mp4") == await frames(local, "local.mp4")
        assert film.sent_bytes < len(film.body)


async def test_what_is_found_and_shown_is_the_same(local: Path, reader: ProxyReader, tools: Tools) -> None:
    async def seen(source: Source) -> list[object]:
        media = await probe(source, tools=tools)
        detection = await detect(source, media, tools=tools, bounds=BOUNDS, timeout_s=60)
        pictures = [
            await thumbnail(source, media, at_s=3.1, tools=tools),
            *await preview(source, media, start_s=1, end_s=5, tools=tools),
            await strategy_sheet(source, media, at_s=4.4, tools=tools),
        ]
        return [media, detection, *(picture.tobytes() for picture in pictures)]

    async with remote(reader, local.read_bytes()) as (source, film):
        assert await seen(source) == await seen(local)
        # all of it was read, by several programs, and no byte twice
        assert film.sent_bytes <= len(film.body) + 2


async def test_a_file_that_changes_under_a_render_fails_it_for_that_reason(
    local: Path, reader: ProxyReader, tools: Tools, tmp_path: Path
) -> None:
    async def work() -> None:
        async with remote(reader, local.read_bytes()) as (source, film):
            await probe(source, tools=tools)
            film.headers = {"ETag": '"two"'}
            await render(samples.job(2.2, 3.4), source=source, output=tmp_path / "short.mp4", tools=tools)

    with pytest.raises(SourceRefused) as refused:
        await work()
    assert refused.value.reason is Refusal.CHANGED
    assert not (tmp_path / "short.mp4").exists()


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Another server of this machine, and what it is asked."""
    asked: list[bytes] = []

    async def answer(stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await stream.readline())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


@pytest.mark.parametrize("kind", PLAYLISTS)
async def test_a_remote_playlist_reads_neither_files_nor_other_addresses(
    kind: str, reader: ProxyReader, tools: Tools, encoded: Path
) -> None:
    async with listening() as (elsewhere, asked):
        for target in (str(encoded), "/etc/passwd", f"{elsewhere}/film.mp4"):
            body = PLAYLISTS[kind].format(target=target).encode()
            with pytest.raises(SourceRefused) as refused:
                async with remote(reader, body) as (source, _):
                    await probe(source, tools=tools)
            assert refused.value.reason is Refusal.NOT_MEDIA
    assert asked == []


async def test_a_proxy_of_the_environment_is_not_told_our_address(
    local: Path, reader: ProxyReader, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening() as (elsewhere, asked), remote(reader, local.read_bytes()) as (source, _):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, elsewhere)
        assert (await probe(source, tools=tools)).width == 640
    assert asked == []

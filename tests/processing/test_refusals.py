"""A source that no short can be made of is refused with its reason, and leaves nothing behind."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from processing.errors import Refusal, SourceRefused
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.render import render
from tests import clips, samples

Maker = Callable[[Tools, Path], object]
JOB = samples.job(0.2, 1.9)


def still(ending: str, *written: str) -> Maker:
    def made(tools: Tools, path: Path) -> None:
        picture = clips.make(tools, path.with_suffix(ending), *clips.picture(), "-frames:v", "1", *written)
        picture.replace(path)

    return made


def text(content: str) -> Maker:
    return lambda tools, path: path.write_text(content)


def sound_only(tools: Tools, path: Path) -> None:
    clips.make(tools, path, *clips.tone(), "-c:a", "aac")


def music(tools: Tools, path: Path) -> None:
    clips.make(tools, path.with_suffix(".mp3"), *clips.tone(), "-c:a", "libmp3lame").replace(path)


def unlisted(tools: Tools, path: Path) -> None:
    """A format that ffmpeg reads, and that is not on our list."""
    clips.make(tools, path.with_suffix(".y4m"), *clips.picture(), "-pix_fmt", "yuv420p").replace(path)


def truncated(tools: Tools, path: Path) -> None:
    whole = clips.plain(tools, path.with_name("whole.mp4"))
    clips.make(tools, path, "-i", str(whole), "-c", "copy", "-movflags", "+faststart")
    os.truncate(path, path.stat().st_size // 2)


def truncated_matroska(tools: Tools, path: Path) -> None:
    """Its head promises the whole length, and nothing complains when the rest is missing."""
    clips.plain(tools, path.with_suffix(".mkv"), seconds=3).replace(path)
    os.truncate(path, path.stat().st_size // 2)


def truncated_broadcast(tools: Tools, path: Path) -> None:
    whole = clips.make(tools, path.with_suffix(".ts"), *clips.picture(), *clips.tone(), "-c:v", "libx264")
    whole.replace(path)
    os.truncate(path, path.stat().st_size // 2)


def without_index(tools: Tools, path: Path) -> None:
    clips.plain(tools, path)
    os.truncate(path, path.stat().st_size // 2)


def scrambled(tools: Tools, path: Path) -> None:
    clips.plain(tools, path, seconds=3)
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    for at in range(start + 20_000, len(content) - 6_000, 7):
        content[at] ^= 0x5A
    path.write_bytes(content)


def huge(tools: Tools, path: Path) -> None:
    """A picture of four billion pixels in a few bytes."""
    head = b"GIF89a" + b"\xff\xff\xff\xff\x80\x00\x00" + b"\x00\x00\x00\xff\xff\xff"
    frame = b"\x21\xf9\x04\x00\x05\x00\x00\x00\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02\x44\x01\x00"
    path.write_bytes(head + frame * 30 + b"\x3b")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(text(""), Refusal.EMPTY, id="empty"),
        pytest.param(text("just some words " * 500), Refusal.NOT_MEDIA, id="text"),
        pytest.param(text("<!doctype html><title>404</title>" * 50), Refusal.NOT_MEDIA, id="html"),
        pytest.param(unlisted, Refusal.NOT_MEDIA, id="unlisted"),
        pytest.param(sound_only, Refusal.NO_PICTURE, id="sound-only"),
        pytest.param(music, Refusal.NO_PICTURE, id="music"),
        pytest.param(still(".png"), Refusal.STILL_PICTURE, id="png"),
        pytest.param(still(".jpg"), Refusal.STILL_PICTURE, id="jpeg"),
        pytest.param(still(".mp4"), Refusal.STILL_PICTURE, id="one-frame-mp4"),
        pytest.param(still(".mkv"), Refusal.STILL_PICTURE, id="one-frame-mkv"),
        pytest.param(still(".gif"), Refusal.STILL_PICTURE, id="one-frame-gif"),
        pytest.param(truncated, Refusal.DAMAGED, id="truncated"),
        pytest.param(truncated_matroska, Refusal.DAMAGED, id="truncated-matroska"),
        pytest.param(without_index, Refusal.DAMAGED, id="without-index"),
        pytest.param(scrambled, Refusal.DAMAGED, id="scrambled"),
        pytest.param(huge, Refusal.TOO_LARGE_A_PICTURE, id="huge"),
    ],
)
async def test_a_bad_source_is_refused_with_its_reason(
    make: Maker, reason: Refusal, tools: Tools, tmp_path: Path
) -> None:
    place = tmp_path / "made"
    place.mkdir()
    source = place / "source.mp4"
    make(tools, source)
    with pytest.raises(SourceRefused) as refused:
        await render(JOB, source=source, output=tmp_path / "short.mp4", tools=tools)
    assert refused.value.reason is reason, refused.value.detail
    assert list(tmp_path.iterdir()) == [place]


async def test_half_a_broadcast_is_refused(tools: Tools, tmp_path: Path) -> None:
    """A broadcast has no index, so that half of one is just a short one."""
    source = tmp_path / "source.ts"
    truncated_broadcast(tools, source)
    with pytest.raises(SourceRefused) as refused:
        await render(JOB, source=source, output=tmp_path / "short.mp4", tools=tools)
    assert refused.value.reason in (Refusal.OUTSIDE, Refusal.DAMAGED)


async def test_a_scene_that_is_too_long_is_refused(landscape: Path, tools: Tools, tmp_path: Path) -> None:
    job = samples.job(0, 181)
    with pytest.raises(SourceRefused) as refused:
        await render(job, source=landscape, output=tmp_path / "short.mp4", tools=tools)
    assert refused.value.reason is Refusal.TOO_LONG


async def test_a_stream_without_an_end_is_never_opened(tools: Tools, tmp_path: Path) -> None:
    pipe = tmp_path / "source.mp4"
    os.mkfifo(pipe)
    for source in (pipe, Path("/dev/zero")):
        with pytest.raises(SourceRefused) as refused:
            await probe(source, tools=tools)
        assert refused.value.reason is Refusal.NOT_MEDIA


DASH = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>
<Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL></Representation>
</AdaptationSet></Period></MPD>"""
PLAYLISTS = {
    "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\n{target}\n#EXT-X-ENDLIST\n",
    "ffconcat": "ffconcat version 1.0\nfile '{target}'\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    "dash": DASH,
}


@pytest.mark.parametrize("kind", PLAYLISTS)
async def test_a_playlist_reads_neither_files_nor_the_network(
    kind: str, tools: Tools, tmp_path: Path
) -> None:
    other = clips.make(tools, tmp_path / "other.ts", *clips.picture(), *clips.tone(), "-c:v", "libx264")
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        for target in (str(other), "/etc/passwd", f"http://127.0.0.1:{port}/video.mp4"):
            source = tmp_path / "source.mp4"
            source.write_text(PLAYLISTS[kind].format(target=target))
            with pytest.raises(SourceRefused) as refused:
                await render(JOB, source=source, output=tmp_path / "short.mp4", tools=tools)
            assert refused.value.reason is Refusal.NOT_MEDIA
            assert "root:" not in refused.value.detail
    assert asked == []

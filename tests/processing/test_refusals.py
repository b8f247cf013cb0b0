"""A source that no short can be made of is refused with its reason, and leaves nothing behind."""

import asyncio
import os
import re
from pathlib import Path

import pytest

from processing.errors import Refusal, RenderFailed, SourceRefused
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.render import render
from processing.repair import repaired
from tests import clips, samples
from tests.processing.refused_kinds import KINDS, Kind, line, truncated_broadcast

JOB = samples.job(0.2, 1.9)
PAGE = (Path(__file__).parents[2] / "docs/sources.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_a_bad_source_is_refused_with_its_reason(kind: Kind, tools: Tools, tmp_path: Path) -> None:
    place = tmp_path / "made"
    place.mkdir()
    source = place / "source.mp4"
    kind.make(tools, source)
    with pytest.raises(SourceRefused) as refused:
        await render(JOB, source=source, output=tmp_path / "short.mp4", tools=tools)
    assert refused.value.reason is kind.reason, refused.value.detail
    assert list(tmp_path.iterdir()) == [place]
    assert line(kind) in PAGE


def test_every_reason_is_one_sentence_and_every_reason_about_a_file_is_tried() -> None:
    assert all(re.fullmatch(r"[A-Z][^.]+\.", reason.value) for reason in Refusal)
    # those about a scene, about the size of an upload and about an address are tried elsewhere
    elsewhere = {Refusal.OUTSIDE, Refusal.TOO_LONG, Refusal.TOO_LARGE_A_FILE}
    elsewhere |= {Refusal.CHANGED, Refusal.GONE, Refusal.READS_TOO_MUCH}
    assert {kind.reason for kind in KINDS} == set(Refusal) - elsewhere


async def test_a_moving_webp_that_cannot_be_read_is_not_called_a_picture(
    tools: Tools, tmp_path: Path
) -> None:
    """There are versions of ffprobe that do read it."""
    picture = clips.picture("64x64", seconds=0.2)
    source = clips.make(tools, tmp_path / "moving.webp", *picture, "-c:v", "libwebp_anim")
    reason = None
    try:
        await probe(source, tools=tools)
    except SourceRefused as refused:
        reason = refused.reason
    assert reason in (None, Refusal.UNREADABLE)


async def test_half_a_broadcast_is_refused(tools: Tools, tmp_path: Path) -> None:
    """A broadcast has no index, so that half of one is just a short one."""
    source = tmp_path / "source.ts"
    truncated_broadcast(tools, source)
    with pytest.raises(SourceRefused) as refused:
        await render(JOB, source=source, output=tmp_path / "short.mp4", tools=tools)
    assert refused.value.reason in (Refusal.OUTSIDE, Refusal.DAMAGED)


async def test_what_can_be_read_and_not_be_copied_is_not_called_damaged(tools: Tools, tmp_path: Path) -> None:
    source = clips.make(tools, tmp_path / "source.apng", *clips.picture())
    media = await probe(source, tools=tools)
    with pytest.raises(RenderFailed):
        await repaired(source, media, until_s=1, folder=tmp_path, tools=tools)


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

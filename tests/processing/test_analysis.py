"""The one pass over a video yields everything, for every kind of file, and leaves nothing behind."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from processing.analysis import SAMPLE_BYTES, ChangeReader, Samples, analyse
from processing.errors import RenderTimedOut, SourceRefused
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.media import Part
from tests import clips
from tests.processing.reels import drawn, watch

pictures = st.binary(min_size=SAMPLE_BYTES, max_size=SAMPLE_BYTES)


async def test_one_pass_yields_frames_samples_loudness_and_stills(landscape: Path, tools: Tools) -> None:
    seen = await watch(tools, landscape)
    assert len(seen.frame_times) == len(seen.frame_changes) == 60
    assert len(seen.samples) == 20
    assert len(seen.loudness) == 20
    assert len(seen.still_sizes) == 1
    assert seen.duration_s == pytest.approx(2.0, abs=0.1)


async def test_a_video_without_sound_has_no_loudness(silent: Path, tools: Tools) -> None:
    assert (await watch(tools, silent)).loudness == []


async def test_black_bars_in_the_picture_are_found(tools: Tools, tmp_path: Path) -> None:
    inside = "testsrc2=size=240x180:rate=10,pad=320:180:40:0:black"
    seen = await watch(tools, drawn(tools, tmp_path / "pillar.mp4", inside))
    assert seen.lit == Part(left=40, top=0, width=240, height=180)


async def test_a_bar_that_was_ever_lit_is_no_bar(tools: Tools, tmp_path: Path) -> None:
    source = "color=black:size=320x180:rate=10,drawbox=x=40:w=240:color=white:t=fill,"
    source += "drawbox=x=0:w=320:y=60:h=60:color=gray:t=fill:enable='lt(t,1)'"
    seen = await watch(tools, drawn(tools, tmp_path / "later.mp4", source, seconds=5))
    assert seen.lit == Part(left=0, top=0, width=320, height=180)


async def test_progress_only_grows_and_reaches_the_end(landscape: Path, tools: Tools) -> None:
    heard: list[float] = []
    media = await probe(landscape, tools=tools)
    await analyse(landscape, media, tools=tools, timeout_s=60, on_progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(2.0, abs=0.1)


async def test_half_a_file_is_analysed_as_far_as_it_goes(tools: Tools, tmp_path: Path) -> None:
    whole = clips.plain(tools, tmp_path / "whole.mkv", seconds=3)
    half = tmp_path / "half.mkv"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    seen = await watch(tools, half)
    assert 10 < len(seen.frame_times) < 80


async def test_a_pass_that_is_late_is_stopped_and_leaves_nothing(
    landscape: Path, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    media = await probe(landscape, tools=tools)
    with pytest.raises(RenderTimedOut):
        await analyse(landscape, media, tools=tools, timeout_s=0.01)
    assert list(tmp_path.iterdir()) == []


async def test_a_pass_that_is_called_off_leaves_nothing(
    landscape: Path, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = await probe(landscape, tools=tools)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    begun = asyncio.Event()
    task = asyncio.create_task(
        analyse(landscape, media, tools=tools, timeout_s=60, on_progress=lambda seconds: begun.set())
    )
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(tmp_path.iterdir()) == []


async def test_a_file_without_one_whole_picture_is_refused(tools: Tools, tmp_path: Path) -> None:
    whole = clips.plain(tools, tmp_path / "whole.mp4")
    media = await probe(whole, tools=tools)
    data = bytearray(whole.read_bytes())
    begin = data.index(b"mdat") + 4
    data[begin : begin + data.index(b"moov") - begin - 4] = bytes(data.index(b"moov") - begin - 4)
    (tmp_path / "hollow.mp4").write_bytes(data)
    with pytest.raises(SourceRefused):
        await analyse(tmp_path / "hollow.mp4", media, tools=tools, timeout_s=60)


def test_the_report_may_come_in_any_pieces() -> None:
    report = b"frame:0    pts:0       pts_time:0\nlavfi.scd.mafd=0.000\n"
    report += b"frame:1    pts:512     pts_time:0.04\nlavfi.scd.mafd=12.500\n"
    for size in (1, 7, 1000):
        reader = ChangeReader(lambda seconds: None)
        for begin in range(0, len(report), size):
            reader(report[begin : begin + size])
        assert (reader.times, reader.changes) == ([0.0, 0.04], [0.0, 12.5])


@given(one=pictures, other=pictures)
@example(one=bytes(SAMPLE_BYTES), other=b"\xff" * SAMPLE_BYTES)
@example(one=b"\xff" * SAMPLE_BYTES, other=bytes(SAMPLE_BYTES))
def test_samples_differ_by_the_mean_of_what_their_points_do(one: bytes, other: bytes) -> None:
    total = sum(abs(here - there) for here, there in zip(one, other, strict=True))
    assert Samples(pixels=one + other).difference(0, 1) == total / (SAMPLE_BYTES * 2.55)

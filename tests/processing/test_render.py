"""A render makes the whole short, or nothing at all."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processing.errors import (
    Refusal,
    RenderFailed,
    RenderTimedOut,
    SourceRefused,
    UnknownQuality,
    UnknownStrategy,
)
from processing.ffmpeg import Tools
from processing.quality import QUALITIES, Tuning
from processing.render import Progress, RenderJob, render
from tests import samples


def job(**changes: Any) -> RenderJob:
    return samples.job(**{"start_s": 0.5, "end_s": 1.5, "quality": "medium", **changes})


def children() -> set[int]:
    """The processes that this one has started and that still run."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        found |= {int(pid) for pid in (task / "children").read_text().split()}
    return found


@pytest.mark.parametrize("strategy", ["center_crop", "letterbox"])
@pytest.mark.parametrize("quality", ["high", "medium", "draft"])
async def test_a_short_is_tall_and_has_picture_and_sound(
    strategy: str, quality: str, landscape: Path, tools: Tools, tmp_path: Path
) -> None:
    output = tmp_path / "short.mp4"
    rendition = await render(
        job(strategy=strategy, quality=quality), source=landscape, output=output, tools=tools
    )
    facts = rendition.facts
    assert (facts.width, facts.height) == (1080, 1920)
    assert (facts.video_codec, facts.audio_codec) == ("h264", "aac")
    assert facts.duration_s == pytest.approx(1.0, abs=1 / 30)
    assert facts.size_bytes == output.stat().st_size
    assert list(tmp_path.iterdir()) == [output]


async def test_a_picture_that_no_bars_can_be_put_around_is_a_failure(
    landscape: Path, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_coding = Tuning(crf=30, x264="cabac=0")
    strange = {"medium": replace(QUALITIES["medium"], band=other_coding)}
    monkeypatch.setattr("processing.plan.QUALITIES", strange)
    with pytest.raises(RenderFailed, match="could not be processed") as failed:
        await render(job(strategy="letterbox"), source=landscape, output=tmp_path / "short.mp4", tools=tools)
    assert "CABAC" in failed.value.detail
    assert list(tmp_path.iterdir()) == []


async def test_a_source_without_sound_gets_silence(silent: Path, tools: Tools, tmp_path: Path) -> None:
    rendition = await render(job(), source=silent, output=tmp_path / "short.mp4", tools=tools)
    assert rendition.facts.audio_codec == "aac"


@pytest.mark.parametrize("start_s", [0.1 + 0.2 - 0.3, 1e-05])
async def test_a_start_that_python_writes_with_an_exponent_is_one(
    start_s: float, landscape: Path, tools: Tools, tmp_path: Path
) -> None:
    wanted = job(start_s=start_s, end_s=0.5, quality="draft")
    done = await render(wanted, source=landscape, output=tmp_path / "short.mp4", tools=tools)
    assert done.facts.duration_s == pytest.approx(0.5, abs=0.05)


async def test_progress_never_goes_back_and_says_a_hundred_once_at_the_end(
    landscape: Path, tools: Tools, tmp_path: Path
) -> None:
    heard: list[Progress] = []
    await render(
        job(), source=landscape, output=tmp_path / "short.mp4", tools=tools, on_progress=heard.append
    )
    percents = [progress.percent for progress in heard]
    assert percents == sorted(percents)
    assert [percent for percent in percents if percent >= 100] == [100.0]
    assert percents[-1] == 100.0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"strategy": "sideways"}, UnknownStrategy, id="no-such-strategy"),
        pytest.param({"quality": "best"}, UnknownQuality, id="no-such-quality"),
        pytest.param({"start_s": 5.0, "end_s": 6.0}, SourceRefused, id="after-the-end"),
        pytest.param({"end_s": 9.0}, SourceRefused, id="past-the-end"),
        pytest.param({"start_s": -1.0}, SourceRefused, id="before-the-start"),
        pytest.param({"start_s": 1.0, "end_s": 1.0}, SourceRefused, id="no-length"),
    ],
)
async def test_a_job_that_cannot_be_done_leaves_nothing(
    changes: dict[str, Any], error: type[Exception], landscape: Path, tools: Tools, tmp_path: Path
) -> None:
    with pytest.raises(error):
        await render(job(**changes), source=landscape, output=tmp_path / "short.mp4", tools=tools)
    assert list(tmp_path.iterdir()) == []


async def test_a_render_that_is_late_is_stopped_and_leaves_nothing(
    landscape: Path, tools: Tools, tmp_path: Path
) -> None:
    before = children()
    with pytest.raises(RenderTimedOut):
        await render(job(timeout_s=0.05), source=landscape, output=tmp_path / "short.mp4", tools=tools)
    assert list(tmp_path.iterdir()) == []
    assert children() == before


async def test_a_cancelled_render_kills_its_child_and_leaves_nothing(
    landscape: Path, tools: Tools, tmp_path: Path
) -> None:
    before, begun = children(), asyncio.Event()

    def on_progress(progress: Progress) -> None:
        if progress.stage == "rendering":
            begun.set()

    task = asyncio.create_task(
        render(
            job(start_s=0, end_s=2, quality="high"),
            source=landscape,
            output=tmp_path / "short.mp4",
            tools=tools,
            on_progress=on_progress,
        )
    )
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() == before
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_is_no_video_is_refused_with_its_reason(tools: Tools, tmp_path: Path) -> None:
    source = tmp_path / "page.mp4"
    source.write_text("<html><body>Not found</body></html>")
    with pytest.raises(SourceRefused) as refused:
        await render(job(), source=source, output=tmp_path / "short.mp4", tools=tools)
    assert refused.value.reason is Refusal.NOT_MEDIA
    assert list(tmp_path.iterdir()) == [source]

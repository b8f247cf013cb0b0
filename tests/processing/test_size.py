"""A short keeps below its size, and gives up quality only when it must."""

from pathlib import Path
from typing import Any

import pytest

from processing import size
from processing.ffmpeg import Tools
from processing.quality import QUALITIES
from processing.render import RenderJob, render
from tests import clips, samples


@pytest.fixture(scope="module")
def noisy(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds that no encoder likes."""
    noise = ("-vf", "noise=alls=40:allf=t", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    return clips.make(
        tools, tmp_path_factory.mktemp("noisy") / "noisy.mp4", *clips.picture("270x480", "24", 3), *noise
    )


def job(**changes: Any) -> RenderJob:
    return samples.job(0, 3, **changes)


@pytest.mark.parametrize("target_mb", [2.0, 0.8, 0.4])
async def test_a_target_is_never_passed_and_mostly_used(
    target_mb: float, noisy: Path, tools: Tools, tmp_path: Path
) -> None:
    rendition = await render(
        job(target_mb=target_mb), source=noisy, output=tmp_path / "short.mp4", tools=tools
    )
    assert 0.8 * target_mb * 1e6 <= rendition.facts.size_bytes <= target_mb * 1e6


async def test_a_result_that_gave_up_quality_says_so(noisy: Path, tools: Tools, tmp_path: Path) -> None:
    small = await render(job(target_mb=0.4), source=noisy, output=tmp_path / "small.mp4", tools=tools)
    large = await render(job(), source=noisy, output=tmp_path / "large.mp4", tools=tools)
    assert any("quality was given up" in note for note in small.facts.notes)
    assert not any("quality was given up" in note for note in large.facts.notes)


@pytest.mark.parametrize("quality", QUALITIES.values(), ids=lambda quality: quality.name)
@pytest.mark.parametrize("seconds", [0.5, 10, 60, 180])
def test_the_allowance_can_never_add_up_to_more_than_is_left(quality: Any, seconds: float) -> None:
    left = size.picture_bytes(
        size.budget_bytes(quality, None),
        sound_bytes=int(quality.audio_kbps * 125 * seconds),
        frames=int(60 * seconds),
    )
    allowed = size.allowance(left, seconds)
    most_bits = allowed.rate_bps * seconds + size.HEAD_START * allowed.buffer_bits
    assert most_bits <= left * 8


def test_a_target_above_the_qualitys_own_limit_does_not_lift_it() -> None:
    assert size.budget_bytes(QUALITIES["high"], 500) == 60_000_000
    assert size.budget_bytes(QUALITIES["high"], 8) == 8_000_000


def test_where_the_file_must_be_small_its_sound_takes_no_more_than_its_share() -> None:
    high = QUALITIES["high"]
    assert size.audio_kbps(high, size.budget_bytes(high, None), 180) == high.audio_kbps
    assert size.audio_kbps(high, 10_000_000, 180) == 88
    assert size.audio_kbps(high, 1_000_000, 180) == size.SOUND_LEAST_KBPS


def test_who_spends_what_was_saved_up_is_held_back_and_who_does_not_is_not() -> None:
    def spending(bits: int) -> str:
        frame = f"in:0 out:0 type:P dur:2 cpbdur:2 q:20.00 aq:19.00 tex:{bits - 20} mv:15 misc:5 imb:1;\n"
        return "#options: 1080x1920 fps=30/1\n" + frame * 240

    allowed = size.Allowance(rate_bps=3_000_000, buffer_bits=24_000_000)
    assert not size.is_held_back(spending(100_000), allowed, fps=30)
    assert not size.is_held_back(spending(120_000), allowed, fps=30)
    assert size.is_held_back(spending(135_000), allowed, fps=30)


async def test_a_size_that_is_nearly_enough_costs_nearly_nothing(
    landscape: Path, tools: Tools, tmp_path: Path
) -> None:
    """One pass alone would keep a quarter of the size in reserve, and say nothing of it."""
    short, wanted = tmp_path / "short.mp4", samples.job(0, 2, quality="high")
    natural = await render(wanted, source=landscape, output=short, tools=tools)
    target = 0.9 * natural.facts.size_bytes
    bound = samples.varied(wanted, target_mb=target / 1e6)
    made = await render(bound, source=landscape, output=short, tools=tools)
    assert 0.9 * target <= made.facts.size_bytes <= target
    assert any("quality was given up" in note for note in made.facts.notes)


def test_frames_far_above_the_wanted_quantizer_are_starved() -> None:
    calm = "in:0 out:0 type:P dur:2 cpbdur:2 q:20.00 aq:19.00 tex:1 mv:1 misc:1;\n" * 100
    starved = "in:0 out:0 type:P dur:2 cpbdur:2 q:40.00 aq:39.00 tex:1 mv:1 misc:1;\n" * 10
    assert not size.is_starved(calm, crf=18)
    assert size.is_starved(calm + starved, crf=18)

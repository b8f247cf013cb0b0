"""A short keeps below its size, and gives up quality only when it must."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processing import plan, size
from processing.ffmpeg import Tools
from processing.picture import room
from processing.quality import QUALITIES
from processing.render import RenderJob, render
from tests import clips, samples


def noise(tools: Tools, path: Path, size: str) -> Path:
    made = ("-vf", "noise=alls=40:allf=t", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    return clips.make(tools, path, *clips.picture(size, "24", 3), *made)


@pytest.fixture(scope="module")
def noisy(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds that no encoder likes."""
    return noise(tools, tmp_path_factory.mktemp("noisy") / "noisy.mp4", "270x480")


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


@pytest.mark.parametrize("target_mb", [0.8, 0.2])
async def test_bars_are_a_part_of_the_size(target_mb: float, tools: Tools, tmp_path: Path) -> None:
    wide = noise(tools, tmp_path / "wide.mp4", "320x180")
    asked = job(target_mb=target_mb, strategy="letterbox")
    rendition = await render(asked, source=wide, output=tmp_path / "short.mp4", tools=tools)
    assert 0.8 * target_mb * 1e6 <= rendition.facts.size_bytes <= target_mb * 1e6
    assert any("quality was given up" in note for note in rendition.facts.notes)


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
        has_bars=True,
    )
    allowed = size.allowance(left, seconds)
    most_bits = allowed.rate_bps * seconds + size.HEAD_START * allowed.buffer_bits
    assert most_bits <= left * 8


@pytest.mark.parametrize(
    ("quality", "share", "seconds", "is_ample"),
    [
        ("high", 1, 10, True),
        ("high", 1, 30, False),
        ("high", 0.32, 40, True),
        ("high", 0.32, 90, False),
        ("medium", 1, 10, True),
        ("medium", 0.32, 90, False),
    ],
)
def test_a_short_scene_is_allowed_more_than_it_can_need_and_a_long_one_not(
    quality: str, share: float, seconds: float, is_ample: bool
) -> None:
    kind = QUALITIES[quality]
    ample_bps = size.ample_bps(kind, share=share)
    assert size.allowance(size.budget_bytes(kind, None), seconds, ample_bps=ample_bps).is_ample == is_ample
    assert not size.allowance(2_000_000, seconds, ample_bps=ample_bps).is_ample


async def test_a_picture_that_nothing_held_back_and_that_came_out_too_large_is_made_to_fit(
    noisy: Path, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a short scene could fill the limit: then it is by its own limit that it is allowed so much."""
    small = replace(QUALITIES["draft"], limit_mb=1)
    monkeypatch.setattr(plan, "QUALITIES", {"draft": small})
    left, allowed = room(
        plan.plan(job(), samples.media(upright_width=270, upright_height=480), filters=tools.filters),
        sound_bytes=0,
    )
    assert allowed.is_ample
    assert left < 1_000_000
    rendition = await render(job(), source=noisy, output=tmp_path / "short.mp4", tools=tools)
    assert 500_000 < rendition.facts.size_bytes <= 1_000_000
    assert any("quality was given up" in note for note in rendition.facts.notes)


async def test_a_picture_that_asks_too_much_of_a_player_is_made_to_suit_it(
    noisy: Path, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the level promised less: no encoder likes this picture, but its file fits by far."""
    free = await render(job(), source=noisy, output=tmp_path / "free.mp4", tools=tools)
    monkeypatch.setattr(size, "LEVEL_BPS", 2_000_000)
    monkeypatch.setattr(size, "LEVEL_BUFFER_BITS", 2_000_000)
    bound = await render(job(), source=noisy, output=tmp_path / "bound.mp4", tools=tools)
    assert not free.facts.notes
    assert any("asked more of a player" in note for note in bound.facts.notes)


def frames(bits: int, count: int) -> str:
    """Statistics of a pass, as x264 writes them, of frames of that size."""
    frame = f"in:0 out:0 type:P dur:2 cpbdur:2 q:20.00 aq:19.00 tex:{bits - 20} mv:15 misc:5 imb:1;\n"
    return "#options: 1080x1920 fps=30/1\n" + frame * count


def test_a_burst_that_the_decoders_of_the_level_cannot_hold_is_noticed() -> None:
    assert size.is_within_level(frames(2_000_000, 300), fps=30)
    assert size.is_within_level(frames(4_000_000, 30), fps=30)
    assert not size.is_within_level(frames(4_000_000, 60), fps=30)


def test_a_target_above_the_qualitys_own_limit_does_not_lift_it() -> None:
    assert size.budget_bytes(QUALITIES["high"], 500) == 60_000_000
    assert size.budget_bytes(QUALITIES["high"], 8) == 8_000_000


def test_where_the_file_must_be_small_its_sound_takes_no_more_than_its_share() -> None:
    high = QUALITIES["high"]
    assert size.audio_kbps(high, size.budget_bytes(high, None), 180) == high.audio_kbps
    assert size.audio_kbps(high, 10_000_000, 180) == 88
    assert size.audio_kbps(high, 1_000_000, 180) == size.SOUND_LEAST_KBPS


def test_who_spends_what_was_saved_up_is_held_back_and_who_does_not_is_not() -> None:
    allowed = size.Allowance(rate_bps=3_000_000, buffer_bits=24_000_000)
    assert not size.is_held_back(frames(100_000, 240), allowed, fps=30)
    assert not size.is_held_back(frames(120_000, 240), allowed, fps=30)
    assert size.is_held_back(frames(135_000, 240), allowed, fps=30)


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

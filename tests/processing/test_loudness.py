"""The sound of a short is as loud as it should be, and its dynamics are left alone."""

import re
import subprocess
from pathlib import Path

import pytest

from processing import loudness
from processing.ffmpeg import Tools
from processing.loudness import Leveling, Loudness
from processing.render import render
from tests import clips, samples

#: Four seconds of soft and loud music by turns, 12 dB apart.
DYNAMIC = "aevalsrc='(0.02+0.06*lt(mod(t,4),2))*(sin(2*PI*330*t)+sin(2*PI*495*t))':duration=12"


def heard(path: Path, tools: Tools) -> dict[str, float]:
    """Loudness, its range and its true peak, as ffmpeg's meter has them."""
    said = subprocess.run(
        [tools.ffmpeg, "-hide_banner", "-i", path, "-vn", "-af", "ebur128=peak=true", "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    summary = said[said.rindex("Summary:") :]
    figures = {"I": r"I:\s+(\S+) LUFS", "LRA": r"LRA:\s+(\S+) LU", "peak": r"Peak:\s+(\S+) dBFS"}
    return {name: float(re.findall(pattern, summary)[0]) for name, pattern in figures.items()}


def with_sound(tools: Tools, path: Path, sound: str, seconds: float = 3) -> Path:
    audio = ("-f", "lavfi", "-i", sound, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_f32le")
    return clips.make(tools, path, *clips.picture("64x64", "24", seconds), *audio)


async def made_of(source: Path, tools: Tools, *, seconds: float = 3, normalize: bool = True) -> Path:
    output = source.with_name("short.mp4")
    job = samples.job(0, seconds, strategy="letterbox", normalize_loudness=normalize)
    await render(job, source=source, output=output, tools=tools)
    return output


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param("sine=frequency=440:duration=3,volume=-35dB", id="quiet"),
        pytest.param("aevalsrc='0.99*sgn(sin(2*PI*220*t))':duration=3", id="square-wave-at-full-scale"),
        pytest.param("anoisesrc=color=pink:amplitude=0.9:duration=3:seed=1", id="noise"),
    ],
)
async def test_a_short_is_at_minus_14_lufs_and_its_peaks_below_minus_1(
    sound: str, tools: Tools, tmp_path: Path
) -> None:
    result = heard(await made_of(with_sound(tools, tmp_path / "source.mkv", sound), tools), tools)
    assert result["I"] == pytest.approx(-14, abs=0.5)
    assert result["peak"] <= -1


@pytest.mark.parametrize("seconds", [0.04, 0.2, 0.4])
@pytest.mark.parametrize("level", [3.0, 0.02])
async def test_a_scene_too_short_for_the_meter_is_as_loud_as_any(
    level: float, seconds: float, tools: Tools, tmp_path: Path
) -> None:
    """EBU R128 hears in blocks of 0.4 s, so that what is shorter is as loud as when it goes on."""
    clipped = f"aevalsrc='clip({level}*sin(2*PI*1000*t),-1,1)':s=48000:d=3"
    short = await made_of(with_sound(tools, tmp_path / "source.mkv", clipped), tools, seconds=seconds)
    on_and_on = ("-af", "aloop=loop=-1:size=48000,atrim=duration=4", "-c:a", "pcm_f32le")
    repeated = clips.make(tools, tmp_path / "repeated.wav", "-i", str(short), *on_and_on)
    assert heard(repeated, tools)["I"] == pytest.approx(-14, abs=0.5)
    assert heard(short, tools)["peak"] <= -1


async def test_soft_stays_soft_beside_loud(tools: Tools, tmp_path: Path) -> None:
    source = with_sound(tools, tmp_path / "source.mkv", DYNAMIC, seconds=12)
    before, after = heard(source, tools), heard(await made_of(source, tools, seconds=12), tools)
    assert after["I"] == pytest.approx(-14, abs=0.5)
    assert after["LRA"] == pytest.approx(before["LRA"], abs=1)


async def test_clicks_are_not_crushed_to_be_louder_and_the_result_says_so(
    tools: Tools, tmp_path: Path
) -> None:
    clicks = "aevalsrc='0.9*sin(2*PI*440*t)*lt(mod(t,0.5),0.02)':duration=3"
    source = with_sound(tools, tmp_path / "source.mkv", clicks)
    job = samples.job(0, 3, strategy="letterbox")
    rendition = await render(job, source=source, output=tmp_path / "short.mp4", tools=tools)
    result = heard(tmp_path / "short.mp4", tools)
    assert result["I"] < -14.5
    assert result["peak"] <= -1
    assert any("would distort" in note for note in rendition.facts.notes)


async def test_faint_noise_is_not_blown_up(tools: Tools, tmp_path: Path) -> None:
    hiss = "anoisesrc=color=white:amplitude=0.0005:duration=3:seed=1"
    result = heard(await made_of(with_sound(tools, tmp_path / "source.mkv", hiss), tools), tools)
    assert result["I"] < -55


async def test_loudness_is_left_alone_when_that_is_asked_for(tools: Tools, tmp_path: Path) -> None:
    source = with_sound(tools, tmp_path / "source.mkv", "sine=frequency=440:duration=3,volume=-20dB")
    before, after = heard(source, tools), heard(await made_of(source, tools, normalize=False), tools)
    assert after["I"] == pytest.approx(before["I"], abs=0.5)


def test_what_is_good_is_not_tried_again() -> None:
    tried = Leveling(gain_db=6, limit_db=-2)
    good = Loudness(integrated_lufs=-14.2, range_lu=5, peak_dbtp=-1.3)
    assert loudness.next_try(tried, tried, good) is None


def test_what_is_too_soft_or_peaks_too_high_is_tried_again() -> None:
    tried = Leveling(gain_db=6, limit_db=-2)
    soft = Loudness(integrated_lufs=-15, range_lu=5, peak_dbtp=-0.5)
    assert loudness.next_try(tried, tried, soft) == Leveling(gain_db=7, limit_db=-2.7)


def test_what_a_limiter_holds_down_is_not_pushed_for_ever() -> None:
    first, tried = Leveling(gain_db=6, limit_db=-2), Leveling(gain_db=9, limit_db=-2)
    soft = Loudness(integrated_lufs=-18, range_lu=5, peak_dbtp=-1.5)
    assert loudness.next_try(first, tried, soft) is None

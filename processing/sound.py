"""Makes the sound of a short: its loudness learnt, then levelled, encoded once, and measured."""

from dataclasses import dataclass
from pathlib import Path

import structlog

from processing import loudness, sound_command
from processing.errors import RenderFailed, RenderTimedOut
from processing.loudness import Leveling
from processing.plan import Plan
from processing.source import Source
from processing.strategies.base import Stream
from processing.workshop import Workshop

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A finished sound track, and what could not be had."""

    path: Path
    size_bytes: int
    note: str


@dataclass(frozen=True, kw_only=True)
class _Heard:
    """How loud the scene is, and where its sound is read from: the source, or a file of the whole of it."""

    loudness_lufs: float
    stream: Stream
    file: Path | None = None


async def make_sound(plan: Plan, source: Source, workshop: Workshop) -> Sound:
    """The scene's sound as AAC, at the right loudness; silence when the source has none.

    Raises:
        RenderFailed: the source can be heard and the result cannot.
    """
    try:
        return await _made(plan, _known(plan, source) or await _heard(plan, source, workshop), workshop)
    except RenderTimedOut:
        raise
    except RenderFailed as error:
        if plan.audio_index is None:
            raise
        log.info("the sound is unified first", error=str(error), detail=error.detail)
    # what detection heard of sound that changes is not to be relied on, either
    unified = workshop.folder / "unified"
    await workshop.run(sound_command.unify(plan, source, unified, tools=workshop.tools))
    heard = await _heard(plan, source, workshop, unified)
    unified.unlink()
    return await _made(plan, heard, workshop)


async def _made(plan: Plan, heard: _Heard, workshop: Workshop) -> Sound:
    made, tools = workshop.folder / "sound.m4a", workshop.tools
    first = leveling = loudness.first_try(heard.loudness_lufs) if plan.normalize_loudness else None
    if first is not None and first.gain_db > 0:
        leveling = await _rehearsed(plan, heard.stream, first, workshop)
    for _ in range(loudness.MOST_TRIES):
        encoding = sound_command.encode_sound(plan, heard.stream, made, leveling=leveling, tools=tools)
        await workshop.run(encoding, lasts_s=plan.duration_s)
        result = loudness.read((await workshop.run(sound_command.measure(plan, made, tools=tools))).said)
        following = loudness.next_try(first, leveling, result) if first and leveling else None
        if following is None:
            break
        leveling = following
    if result.is_silent and heard.loudness_lufs > loudness.SILENCE_LUFS:
        raise RenderFailed("The sound was lost on the way.", f"{heard.loudness_lufs} LUFS became {result}")
    if heard.file is not None:
        heard.file.unlink()
    note = loudness.confession(result) if leveling else ""
    return Sound(path=made, size_bytes=made.stat().st_size, note=note)


async def _rehearsed(plan: Plan, sound: Stream, first: Leveling, workshop: Workshop) -> Leveling:
    """What brings a sound to the target though a limiter takes some of it away.

    It is found without encoding, which would take most of the time of every try.
    """
    leveling = first
    for _ in range(loudness.MOST_TRIES):
        rehearsal = sound_command.rehearse(plan, sound, leveling=leveling, tools=workshop.tools)
        result = loudness.read((await workshop.run(rehearsal)).said)
        following = loudness.next_try(first, leveling, result)
        if following is None:
            break
        leveling = following
    return leveling


def _known(plan: Plan, source: Source) -> _Heard | None:
    """Nothing is decoded to be measured when detection has heard the scene, or there is nothing to hear."""
    if plan.loudness_lufs is None:
        return None
    return _Heard(loudness_lufs=plan.loudness_lufs, stream=sound_command.scene_sound(plan, source))


async def _heard(plan: Plan, source: Source, workshop: Workshop, unified: Path | None = None) -> _Heard:
    whole = workshop.folder / "sound.wav"
    listening = sound_command.listen(plan, source, whole, unified=unified, tools=workshop.tools)
    said = (await workshop.run(listening, lasts_s=plan.duration_s)).said
    if plan.duration_s < loudness.SHORTEST_S:
        said = (await workshop.run(sound_command.measure(plan, whole, tools=workshop.tools))).said
    return _Heard(
        loudness_lufs=loudness.read(said).integrated_lufs,
        stream=sound_command.written_sound(whole),
        file=whole,
    )

"""Makes the sound of a short: measured, levelled, encoded once, and measured again."""

from dataclasses import dataclass
from pathlib import Path

from processing import command, loudness
from processing.errors import RenderFailed
from processing.plan import Plan
from processing.source import Source
from processing.workshop import Workshop


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A finished sound track, and what could not be had."""

    path: Path
    size_bytes: int
    note: str


async def make_sound(plan: Plan, source: Source, workshop: Workshop) -> Sound:
    """The scene's sound as AAC, at the right loudness; silence when the source has none.

    Raises:
        RenderFailed: the source can be heard and the result cannot.
    """
    whole, made, tools = workshop.folder / "sound.wav", workshop.folder / "sound.m4a", workshop.tools
    listening = command.listen(plan, source, whole, tools=tools)
    original = loudness.read((await workshop.run(listening, lasts_s=plan.duration_s)).said)
    first = leveling = loudness.first_try(original) if plan.normalize_loudness else None
    for _ in range(loudness.MOST_TRIES):
        await workshop.run(command.encode_sound(plan, whole, made, leveling=leveling, tools=tools))
        result = loudness.read((await workshop.run(command.measure(made, tools=tools))).said)
        following = loudness.next_try(first, leveling, result) if first and leveling else None
        if following is None:
            break
        leveling = following
    if result.is_silent and not original.is_silent:
        raise RenderFailed("The sound was lost on the way.", f"{original} became {result}")
    whole.unlink()
    note = loudness.confession(result) if leveling else ""
    return Sound(path=made, size_bytes=made.stat().st_size, note=note)

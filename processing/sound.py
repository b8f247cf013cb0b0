"""Makes the sound of a short: measured, levelled, encoded once, and measured again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processing import command, loudness
from processing.errors import RenderFailed
from processing.ffmpeg import Finished, ProgressReader, demand, run
from processing.loudness import Loudness
from processing.plan import Plan
from processing.tools import Tools


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A finished sound track and what it cost."""

    path: Path
    size_bytes: int
    loudness: Loudness


async def make_sound(
    plan: Plan, source: Path, *, folder: Path, tools: Tools, heard: Callable[[float], None]
) -> Sound:
    """The scene's sound as AAC, at the right loudness; silence when the source has none.

    Raises:
        RenderFailed: the source can be heard and the result cannot.
    """
    whole, made = folder / "sound.wav", folder / "sound.m4a"

    async def done(arguments: list[str], moved: Callable[[float], None] = lambda out_s: None) -> Finished:
        finished = await run(arguments, folder=folder, on_output=ProgressReader(moved))
        demand(finished)
        return finished

    original = loudness.read((await done(command.listen(plan, source, whole, tools=tools), heard)).said)
    leveling = loudness.first_try(original) if plan.normalize_loudness else None
    for _ in range(loudness.MOST_TRIES):
        await done(command.encode_sound(plan, whole, made, leveling=leveling, tools=tools))
        result = loudness.read((await done(command.measure(made, tools=tools))).said)
        following = loudness.next_try(leveling, result) if leveling else None
        if following is None:
            break
        leveling = following
    if result.is_silent and not original.is_silent:
        raise RenderFailed("The sound was lost on the way.", f"{original} became {result}")
    whole.unlink()
    return Sound(path=made, size_bytes=made.stat().st_size, loudness=result)

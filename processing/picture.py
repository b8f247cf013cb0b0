"""Makes the picture of a short: one pass, and a second one where the size allowed would starve it."""

from dataclasses import dataclass
from pathlib import Path

from processing import command, size
from processing.calling_off import aside
from processing.company import Order
from processing.errors import RenderFailed
from processing.h264.errors import NotUnderstood
from processing.h264.surround import surround
from processing.hardware import Hardware
from processing.meter import RENDERING
from processing.plan import Plan
from processing.sandbox import Limits
from processing.sound import Sound
from processing.source import Source
from processing.strategies.base import HEIGHT
from processing.workshop import Workshop

NOTE_OF_LEVEL = "quality was given up where the picture asked more of a player than its level promises"


@dataclass(frozen=True, kw_only=True)
class Short:
    """The encoded file, not yet proven, and what its size has cost."""

    path: Path
    note: str


async def make_picture(plan: Plan, source: Source, sound: Sound, workshop: Workshop) -> Short:
    """Encode the scene's picture with its finished sound into a file that keeps within its budget.

    Raises:
        RenderFailed: no file of that size can hold the scene, or no bars can be put around it.
    """
    left, allowance = room(plan, sound_bytes=sound.size_bytes)
    encoded, first, second = (workshop.folder / f"{name}.mp4" for name in ("encoded", "first", "second"))

    async def encode(made: Path, allowed: size.Allowance, mean_bps: int | None, *, until: float) -> int:
        workshop.meter.stage(RENDERING, until=until)
        arguments = command.encode_picture(
            plan,
            source,
            sound.path,
            encoded,
            allowance=allowed,
            mean_bps=mean_bps,
            threads=workshop.threads,
            tools=workshop.tools,
        )
        await workshop.run(arguments, lasts_s=plan.duration_s)
        return await _with_bars(plan, encoded, made)

    budget = plan.budget_bytes
    note = note_of_size(budget)
    until = 50 if size.is_tight(allowance) else 97
    if await _served(plan, source, sound, workshop, made=encoded, allowance=allowance, until=until):
        first_bytes = await _with_bars(plan, encoded, first)
    else:
        first_bytes = await encode(first, allowance, None, until=until)
    statistics = (workshop.folder / f"{command.STATISTICS}-0.log").read_text()
    if first_bytes <= budget and _is_as_good_as_it_gets(plan, first_bytes, statistics, allowance):
        is_reduced = not allowance.is_ample and size.is_full(first_bytes, budget)
        return Short(path=first, note=note if is_reduced else "")
    # a first pass that was held to its allowance mostly fits already: then it is what remains
    is_last_resort = first_bytes > budget
    mean_bps, allowed = size.second_pass(left, plan.duration_s, is_last_resort=is_last_resort)
    second_bytes = await encode(second, allowed, mean_bps, until=98)
    if allowance.is_ample and not is_last_resort:
        note = NOTE_OF_LEVEL
    fitting = [path for path, taken in ((second, second_bytes), (first, first_bytes)) if taken <= budget]
    if not fitting:
        raise RenderFailed(f"The scene cannot be made to fit {budget / 1e6:g} MB.")
    return Short(path=fitting[0], note=note)


async def _with_bars(plan: Plan, encoded: Path, made: Path) -> int:
    """Put bars around what is encoded, where there are to be any. Returns the bytes that it then takes.

    Raises:
        RenderFailed: the encoder has written what we cannot read.
    """
    if plan.has_bars:
        try:
            await aside(surround, encoded, made, above=plan.band.top, height=HEIGHT)
        except NotUnderstood as error:
            raise RenderFailed("The video could not be processed.", f"no bars: {error}") from error
    else:
        encoded.replace(made)
    return made.stat().st_size


def room(plan: Plan, *, sound_bytes: int) -> tuple[int, size.Allowance]:
    """What the sound leaves of the file, in bytes, and how fast the picture may spend it."""
    left = size.picture_bytes(
        plan.budget_bytes, sound_bytes=sound_bytes, frames=plan.frames, has_bars=plan.has_bars
    )
    ample_bps = size.ample_bps(plan.quality, share=plan.share)
    return left, size.allowance(left, plan.duration_s, ample_bps=ample_bps)


def _is_as_good_as_it_gets(plan: Plan, taken: int, statistics: str, allowed: size.Allowance) -> bool:
    """Whether a second pass would make nothing better of a file that fits.

    One that was left alone has the quality that was wanted. A quality's own limit is so wide that only a
    burst meets it, which is not worth another pass; a size that was asked for may leave room that x264 did
    not dare to use.
    """
    fps = float(plan.frame_rate)
    if allowed.is_ample:
        return size.is_within_level(statistics, fps=fps)
    if size.is_starved(statistics, crf=plan.crf):
        return False
    is_own_limit = plan.budget_bytes >= size.budget_bytes(plan.quality, None)
    if is_own_limit or size.is_full(taken, plan.budget_bytes):
        return True
    return not size.is_held_back(statistics, allowed, fps=fps)


async def _served(
    plan: Plan,
    source: Source,
    sound: Sound,
    workshop: Workshop,
    *,
    made: Path,
    allowance: size.Allowance,
    until: float,
) -> bool:
    """Whether the first pass was made together with those of others."""
    if workshop.seat is None or workshop.hardware is not None:
        return False
    workshop.meter.stage(RENDERING, until=until)
    folder = workshop.folder.absolute()
    encoding = command.Encoding(
        plan=plan,
        sound=sound.path.absolute(),
        made=made.absolute(),
        statistics=folder / command.STATISTICS,
        allowance=allowance,
    )
    order = Order(
        encoding=encoding,
        source=source,
        threads=workshop.threads,
        tools=workshop.tools,
        moved=lambda out_s: workshop.meter.at(out_s / plan.duration_s),
    )
    return await workshop.seat.served(order)


async def make_quickly(
    plan: Plan, source: Source, sound: Sound, workshop: Workshop, hardware: Hardware
) -> Short:
    """The same by a graphics card, in one pass: where that would cost quality, software does better.

    Raises:
        RenderFailed: the card cannot do it, or the size decided the quality.
    """
    _, allowance = room(plan, sound_bytes=sound.size_bytes)
    if size.is_tight(allowance):
        raise RenderFailed("The size allowed is too small for an encoder in hardware.")
    made = workshop.folder / "quick.mp4"
    workshop.meter.stage(RENDERING, until=97)
    arguments = command.encode_picture(
        plan,
        source,
        sound.path,
        made,
        allowance=allowance,
        hardware=hardware,
        threads=workshop.threads,
        tools=workshop.tools,
    )
    await workshop.run(arguments, lasts_s=plan.duration_s, limits=Limits(reserved_counts=False))
    if size.is_full(made.stat().st_size, plan.budget_bytes):
        raise RenderFailed("The encoder in hardware has filled the size allowed.")
    return Short(path=made, note="")


def note_of_size(budget_bytes: int) -> str:
    """What to say when the size has cost quality."""
    return f"quality was given up to stay below {budget_bytes / 1e6:g} MB"

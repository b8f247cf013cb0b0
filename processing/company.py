"""Lets renders that begin together, and frame the same scene alike, decode and frame it once."""

import asyncio
import re
import tempfile
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from processing import command
from processing.command import Encoding
from processing.errors import ExportError
from processing.ffmpeg import ProgressReader, demand, run
from processing.plan import Plan, RenderJob
from processing.quality import QUALITIES
from processing.source import Source
from processing.tools import Tools

log = structlog.get_logger()

#: Of a source with more pixels than that, decoding and framing are so much of the work that it pays.
WORTH_PIXELS = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Order:
    """The first pass of one render: what is encoded, and who is told how many seconds of it are done."""

    encoding: Encoding
    source: Source
    threads: int
    tools: Tools
    moved: Callable[[float], None]


class Seat:
    """One render's place in the company. Whoever leaves it, however that may be, holds nobody up."""

    def __init__(self, party: "_Party") -> None:
        self._party = party

    async def served(self, order: Order) -> bool:
        """Wait for those who began at the same time, then encode with them.

        False: there was nobody else, or it has failed together; then each does it alone.
        """
        if not is_worth(order.encoding.plan) or not isinstance(order.source, Path):
            return False
        return await self._party.serve(self, order)


class Company:
    """The renders of one machine. What is made together is made in `scratch`, beside the folders of each."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._parties: dict[Hashable, _Party] = {}

    @contextmanager
    def seat(self, job: RenderJob, source_key: str) -> Iterator[Seat]:
        """A place among those who begin now and frame the same scene alike."""
        key = _framing(job, source_key)
        party = self._parties.get(key)
        if party is None or party.is_closed:
            party = self._parties[key] = _Party(self._scratch)
        seat = Seat(party)
        party.come(seat)
        try:
            yield seat
        finally:
            party.leave(seat)
            if party.is_closed and self._parties.get(key) is party:
                del self._parties[key]


class _Party:
    """Those who are coming, those who have ordered, and what is made for them once all of them have."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._coming: set[Seat] = set()
        self._orders: dict[Seat, Order] = {}
        self._closed = asyncio.Event()
        self._work: asyncio.Task[bool] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nobody can join any more."""
        return self._closed.is_set()

    def come(self, seat: Seat) -> None:
        self._coming.add(seat)

    def leave(self, seat: Seat) -> None:
        self._coming.discard(seat)
        self._close_when_complete()

    async def serve(self, seat: Seat, order: Order) -> bool:
        self._coming.discard(seat)
        self._orders[seat] = order
        self._close_when_complete()
        try:
            await self._closed.wait()
            return self._work is not None and await asyncio.shield(self._work)
        finally:
            del self._orders[seat]
            if self._work is not None and not self._orders:
                # nobody waits for it any more: done, or all were called off
                self._work.cancel()
                await asyncio.wait([self._work])

    def _close_when_complete(self) -> None:
        if self._coming or self.is_closed:
            return
        self._closed.set()
        if len(self._orders) > 1:
            self._work = asyncio.create_task(_together(self._orders, self._scratch))


def is_worth(plan: Plan) -> bool:
    """Whether decoding and framing this source is better done once."""
    return plan.picture.width * plan.picture.height > WORTH_PIXELS


async def _together(orders: Mapping[Seat, Order], scratch: Path) -> bool:
    """Whether the first pass of everyone who is still among `orders` is in its place.

    Whoever leaves takes a folder along, so all are written elsewhere, and moved in the end. A fault of one is
    nobody else's, so it is not told here.
    """
    begun = dict(orders)
    first = next(iter(begun.values()))

    def moved(out_s: float) -> None:
        for order in orders.values():
            order.moved(out_s)

    with tempfile.TemporaryDirectory(dir=scratch, prefix="together-") as name:
        folder = Path(name).absolute()
        written = {
            seat: _elsewhere(order, folder / str(at)) for at, (seat, order) in enumerate(begun.items())
        }
        arguments = command.encode_together(
            list(written.values()), first.source, threads=first.threads, tools=first.tools
        )
        try:
            demand(await run(arguments, folder=folder, on_output=ProgressReader(moved)))
        except ExportError as error:
            log.info("not encoded together", error=str(error), detail=getattr(error, "detail", ""))
            return False
        for seat, order in orders.items():
            _hand_over(written[seat], order.encoding)
    log.info("encoded together", shorts=len(orders))
    return True


def _elsewhere(order: Order, folder: Path) -> Encoding:
    """The same encoding, written into that folder, which is new."""
    folder.mkdir()
    made, statistics = order.encoding.made.name, order.encoding.statistics.name
    return replace(order.encoding, made=folder / made, statistics=folder / statistics)


def _hand_over(written: Encoding, ordered: Encoding) -> None:
    """Move what is written to where it was ordered.

    Statistics are numbered through all outputs of a command; a second pass looks for the first number.
    """
    written.made.rename(ordered.made)
    for path in written.statistics.parent.glob(f"{written.statistics.name}-*"):
        path.rename(ordered.statistics.with_name(re.sub(r"-\d+\.log", "-0.log", path.name, count=1)))


def _framing(job: RenderJob, source_key: str) -> Hashable:
    """Equal for jobs whose frames are the same, whatever is made of them."""
    kernel = QUALITIES[job.recipe.quality].kernel
    return source_key, job.start_s, job.end_s, job.recipe.strategy, job.recipe.focus, kernel, job.lit

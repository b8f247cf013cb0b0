"""Lets renders that begin together, and frame the same scene alike, decode and frame it once."""

import asyncio
import re
import tempfile
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
    """The renders of one machine."""

    def __init__(self) -> None:
        self._parties: dict[Hashable, _Party] = {}

    @contextmanager
    def seat(self, job: RenderJob, source_key: str) -> Iterator[Seat]:
        """A place among those who begin now and frame the same scene alike."""
        key = _framing(job, source_key)
        party = self._parties.get(key)
        if party is None or party.is_closed:
            party = self._parties[key] = _Party()
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

    def __init__(self) -> None:
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
            self._work = asyncio.create_task(_together(list(self._orders.values())))


def is_worth(plan: Plan) -> bool:
    """Whether decoding and framing this source is better done once."""
    return plan.picture.width * plan.picture.height > WORTH_PIXELS


async def _together(orders: list[Order]) -> bool:
    """Whether every first pass is there. A fault of one is nobody else's, so it is not told here."""
    first = orders[0]
    arguments = command.encode_together(
        [order.encoding for order in orders], first.source, threads=first.threads, tools=first.tools
    )

    def moved(out_s: float) -> None:
        for order in orders:
            order.moved(out_s)

    with tempfile.TemporaryDirectory(prefix="together-") as folder:
        try:
            demand(await run(arguments, folder=Path(folder), on_output=ProgressReader(moved)))
        except ExportError as error:
            log.info("not encoded together", error=str(error), detail=getattr(error, "detail", ""))
            return False
    for order in orders:
        _number_as_if_alone(order.encoding.statistics)
    log.info("encoded together", shorts=len(orders))
    return True


def _number_as_if_alone(statistics: Path) -> None:
    """Statistics are numbered through all outputs of a command; a second pass looks for the first number."""
    for path in statistics.parent.glob(f"{statistics.name}-*"):
        path.rename(path.with_name(re.sub(r"-\d+\.log", "-0.log", path.name, count=1)))


def _framing(job: RenderJob, source_key: str) -> Hashable:
    """Equal for jobs whose frames are the same, whatever is made of them."""
    kernel = QUALITIES[job.recipe.quality].kernel
    return source_key, job.start_s, job.end_s, job.recipe.strategy, job.recipe.focus, kernel, job.lit

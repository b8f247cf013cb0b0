"""Trouble on the test's command: the next requests to a route are refused, held back or cut off."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.fake_discord.calls import Reply
from tests.fake_discord.errors import ERRORS


class DropConnection(Exception):
    """The request is to find its connection cut."""


@dataclass(eq=False, kw_only=True)
class Fault:
    """What happens to the next `times` requests. `met` counts those that it has happened to."""

    route: str
    times: int
    reply: Reply | None = None
    drop: bool = False
    hold: bool = False
    met: int = 0
    _gate: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Lets go of the requests that are held back, and holds no more."""
        self.times = self.met
        self._gate.set()

    async def happen(self) -> Reply | None:
        if self.hold:
            await self._gate.wait()
        if self.drop:
            raise DropConnection
        return self.reply


class Faults:
    """The troubles ordered and not yet used up."""

    def __init__(self, routes: Iterable[str], happened: Callable[[], None]) -> None:
        self._routes = frozenset(routes)
        self._happened = happened
        self._ordered: list[Fault] = []

    def fail(self, route: str, *, status: int, code: int, times: int, retry_after_s: float) -> Fault:
        """The next requests are answered with an error; 429 with all that Discord sends along."""
        sentence = ERRORS.get(code, (status, f"{status}: Error"))[1]
        if status == 429:
            body = {"message": "You are being rate limited.", "retry_after": retry_after_s, "global": False}
            return self._order(
                Fault(route=route, times=times, reply=Reply({**body, "code": 0}, 429, _limits(retry_after_s)))
            )
        return self._order(
            Fault(route=route, times=times, reply=Reply({"message": sentence, "code": code}, status))
        )

    def hold(self, route: str, *, times: int) -> Fault:
        """The next requests wait until `release`, then they are answered as usual."""
        return self._order(Fault(route=route, times=times, hold=True))

    def drop(self, route: str, *, times: int) -> Fault:
        """The next requests find their connection cut, and nothing is done."""
        return self._order(Fault(route=route, times=times, drop=True))

    def release_all(self) -> None:
        for fault in self._ordered:
            fault.release()

    async def meet(self, route: str) -> Reply | None:
        fault = next((f for f in self._ordered if f.route == route and f.met < f.times), None)
        if fault is None:
            return None
        fault.met += 1
        self._happened()
        return await fault.happen()

    def _order(self, fault: Fault) -> Fault:
        assert fault.route in self._routes, f"no route {fault.route!r}, only:\n" + "\n".join(
            sorted(self._routes)
        )
        self._ordered.append(fault)
        return fault


def _limits(retry_after_s: float) -> dict[str, str]:
    return {
        "Retry-After": str(max(1, round(retry_after_s))),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": f"{time.time() + retry_after_s:.3f}",
        "X-RateLimit-Reset-After": f"{retry_after_s:.3f}",
        "X-RateLimit-Scope": "user",
    }

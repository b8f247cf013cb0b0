"""Trouble on the test's command: the next requests to a route are refused, held back or cut off."""

import asyncio
import enum
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.fake_discord.calls import Call, Reply
from tests.fake_discord.errors import ERRORS


class Trouble(enum.Enum):
    """What can happen to a request."""

    REFUSED = enum.auto()  #: answered with an error
    HELD = enum.auto()  #: answered as usual, but only when released
    CUT = enum.auto()  #: the connection breaks before anything is done
    UNHEARD = enum.auto()  #: done, but the connection breaks before the answer


@dataclass(eq=False, kw_only=True)
class Fault:
    """What happens to the next `times` requests to a route that `only` admits."""

    route: str
    trouble: Trouble
    times: int = 1
    reply: Reply | None = None
    only: Callable[[Call], bool] | None = None
    met: int = 0  #: to how many requests it has happened
    _gate: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, call: Call) -> bool:
        due = self.route == call.route and self.met < self.times
        return due and (self.only is None or self.only(call))

    def release(self) -> None:
        """Lets go of the requests that are held back, and holds no more."""
        self.times = self.met
        self._gate.set()

    async def released(self) -> None:
        await self._gate.wait()


class Faults:
    """The troubles ordered and not yet used up."""

    def __init__(self, routes: Iterable[str], happened: Callable[[], None]) -> None:
        self._routes = frozenset(routes)
        self._happened = happened
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> Fault:
        known = "\n".join(sorted(self._routes))
        assert fault.route in self._routes, f"no route {fault.route!r}, only:\n{known}"
        self._ordered.append(fault)
        return fault

    def meet(self, call: Call) -> Fault | None:
        """The trouble that this request runs into."""
        fault = next((one for one in self._ordered if one.fits(call)), None)
        if fault is not None:
            fault.met += 1
            self._happened()
        return fault

    def release_all(self) -> None:
        for fault in self._ordered:
            fault.release()


def refusal(status: int, code: int, retry_after_s: float) -> Reply:
    """Discord's JSON error; 429 with all that Discord sends along."""
    if status == 429:
        body = {"message": "You are being rate limited.", "retry_after": retry_after_s, "global": False}
        return Reply({**body, "code": 0}, 429, _limits(retry_after_s))
    sentence = ERRORS[code][1] if code in ERRORS else f"{status}: Error"
    return Reply({"message": sentence, "code": code}, status)


def _limits(retry_after_s: float) -> dict[str, str]:
    return {
        "Retry-After": str(max(1, round(retry_after_s))),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": f"{time.time() + retry_after_s:.3f}",
        "X-RateLimit-Reset-After": f"{retry_after_s:.3f}",
        "X-RateLimit-Scope": "user",
    }

"""Does long work of our own in threads that stop soon when it is called off.

A thread cannot be stopped from outside, and a process that ends waits for its threads. So work that takes
seconds asks now and then whether anybody still wants it.
"""

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_unwanted: ContextVar[threading.Event | None] = ContextVar("unwanted", default=None)


class CalledOff(Exception):
    """Nobody waits for this work any more. It is seen by the thread alone."""


async def aside(
    work: Callable[_Parameters, _Result], *arguments: _Parameters.args, **named: _Parameters.kwargs
) -> _Result:
    """Do long work in a thread, beside the loop that answers people; called off, it ends soon."""
    unwanted = threading.Event()

    def attentive() -> _Result:
        _unwanted.set(unwanted)  # in the thread's own copy of the context
        return work(*arguments, **named)

    try:
        return await asyncio.to_thread(attentive)
    finally:
        unwanted.set()


def still_wanted() -> None:
    """To be asked within long loops; outside of `aside` it never says no.

    Raises:
        CalledOff: there is no more use in going on.
    """
    unwanted = _unwanted.get()
    if unwanted is not None and unwanted.is_set():
        raise CalledOff

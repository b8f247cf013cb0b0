"""Waits for a step that must not stop half-way, however often its caller is cancelled meanwhile."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

_Result = TypeVar("_Result")


async def to_the_end(step: Awaitable[_Result]) -> _Result:
    """What the step returns; to have been cancelled is told only then."""
    task = asyncio.ensure_future(step)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled from task.exception()
    return task.result()

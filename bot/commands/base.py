"""What every command has, and how each of them speaks on a terminal."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from processing.ffmpeg import Tools, find_tools
from processing.timecode import parse_timecode

T = TypeVar("T")

#: Exit statuses: what was asked for was not done; it could not be understood; it was called off.
FAILED, MISUSED, INTERRUPTED = 1, 2, 130


@dataclass(frozen=True, kw_only=True)
class Command:
    """One word after `cutdown`."""

    name: str
    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def say(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """One line about what went wrong."""
    sys.stderr.write(f"cutdown: {' '.join(text.split())}\n")


def timecode(text: str) -> float:
    """The type of an argument that is a moment of a video, in seconds."""
    try:
        return parse_timecode(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def focus(text: str) -> int:
    """The type of an argument that says where a crop looks: percent of the way from left to right."""
    if not (text.isascii() and text.isdecimal() and int(text) <= 100):
        raise argparse.ArgumentTypeError("a focus lies between 0 (the left edge) and 100 (the right edge)")
    return int(text)


def programs() -> Tools:
    """Ffmpeg and ffprobe, for a command that works without settings: the environment may name them.

    Raises:
        ToolsMissing: there is no pair of programs that start.
    """
    named = {name: os.environ.get(f"CUTDOWN_RENDER__{name.upper()}", "") for name in ("ffmpeg", "ffprobe")}
    return find_tools(**named)


def perform(work: Coroutine[Any, Any, T]) -> T:
    """Do the work of a command to its end.

    Raises:
        asyncio.CancelledError: somebody called it off, by Ctrl-C or SIGTERM.
    """
    return asyncio.run(_interruptible(work))


async def _interruptible(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(work)
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    return await task

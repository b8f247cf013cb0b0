"""Runs ffmpeg and ffprobe as children: bounded, watched, and never left behind."""

import asyncio
import os
import shlex
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from processing.errors import Refusal, RenderFailed, RenderTimedOut, SourceRefused
from processing.sandbox import Limits, confined
from processing.tools import Tools, find_tools

__all__ = ["Finished", "Progress", "ProgressReader", "ProgressSink", "Tools", "demand", "find_tools", "run"]

#: Of what a child says on stderr, this much of the end is kept.
LAST_WORDS = 32_000
#: What ffmpeg says when it cannot read its source.
SIGNS_OF_DAMAGE = (
    "Error submitting packet to decoder",
    "Invalid data found",
    "corrupt",
    "partial file",
    "truncated",
    "Decoding error",
)


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a child ended, and its last words."""

    arguments: tuple[str, ...]
    code: int
    said: str

    def detail(self) -> str:
        """The command and its last words, for the log."""
        return f"exit {self.code}: {shlex.join(self.arguments)}\n{self.said}"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a render is: what it does, 0 to 100, and how many seconds are left, once that can be told."""

    stage: str
    percent: float
    eta_s: float | None = None


ProgressSink = Callable[[Progress], None]


class ProgressReader:
    """Reads the `key=value` lines of `-progress pipe:1`, in whatever pieces they come."""

    def __init__(self, moved: Callable[[float], None]) -> None:
        self._moved = moved
        self._rest = b""
        self._out_s = 0.0

    def __call__(self, piece: bytes) -> bool:
        """Take a piece of the report, pass on how many seconds are written; True when that has grown."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        before = self._out_s
        for line in lines:
            key, _, value = line.strip().partition(b"=")
            # N/A until the first packet, and negative while an encoder is priming
            if key == b"out_time_us" and value.isdigit():
                self._out_s = max(self._out_s, int(value) / 1e6)
        if self._out_s == before:
            return False
        self._moved(self._out_s)
        return True


async def run(
    arguments: list[str],
    *,
    folder: Path,
    on_output: Callable[[bytes], bool],
    timeout_s: float | None = None,
    stall_s: float = 120,
    limits: Limits | None = None,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run a child in `folder` to its end. Every way out of here has killed and reaped it.

    `on_output` takes each piece of stdout and says whether it shows life.

    Raises:
        RenderTimedOut: when it took longer than `timeout_s`, or showed no life for `stall_s`.
    """
    words = folder / "stderr.txt"
    # stderr goes to a file: a pipe that nobody reads fast enough would stop the child
    with words.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *confined(arguments, limits or Limits()),
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            # a group of its own, but our session: with autogroup scheduling nice counts only inside a session
            process_group=0,
        )
    try:
        async with asyncio.timeout(timeout_s):
            await _listen(process.stdout, on_output, stall_s)
            code = await process.wait()
    except TimeoutError as late:
        raise RenderTimedOut(
            "The render took too long and was stopped.", f"{shlex.join(arguments)}\n{_tail(words)}"
        ) from late
    finally:
        await _bury(process)
    return Finished(arguments=tuple(arguments), code=code, said=_tail(words))


def demand(finished: Finished) -> None:
    """Go on only when the child ended well.

    Raises:
        SourceRefused: it could not read its source.
        RenderFailed: it failed for another reason.
    """
    if finished.code == 0:
        return
    if any(sign in finished.said for sign in SIGNS_OF_DAMAGE):
        raise SourceRefused(Refusal.DAMAGED, finished.detail())
    raise RenderFailed("The video could not be processed.", finished.detail())


async def _listen(
    stdout: asyncio.StreamReader | None, heard: Callable[[bytes], bool], stall_s: float
) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(stall_s) as watchdog:
        while stdout and (piece := await stdout.read(65_536)):
            if heard(piece):
                watchdog.reschedule(loop.time() + stall_s)


async def _bury(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _tail(words: Path) -> str:
    with words.open("rb") as file:
        file.seek(max(0, words.stat().st_size - LAST_WORDS))
        return file.read().decode("utf-8", "replace").strip()

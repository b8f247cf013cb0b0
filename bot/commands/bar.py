"""Draws how far a render is: one line that moves on a terminal, a few that stay anywhere else."""

from types import TracebackType
from typing import Self, TextIO

from processing.ffmpeg import Progress

CELLS = 24
#: Where lines stay, a new one is worth it after so many percent.
STEP = 20


class ProgressBar:
    """A line that is written over itself, and is gone when the block ends.

    Where `stays` is set and there is no terminal, a line now and then; else nothing there.
    """

    def __init__(self, terminal: TextIO, *, stays: bool = False) -> None:
        self._terminal = terminal
        self._moves = terminal.isatty()
        self._stays = stays and not self._moves
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._moves:
            self._write("\r\x1b[K")

    def show(self, progress: Progress) -> None:
        """Draw it as it stands now."""
        if self._moves:
            self._write(f"\r\x1b[K{describe(progress)}")
        elif self._stays and progress.percent >= self._next:
            self._next = progress.percent - progress.percent % STEP + STEP
            self._write(f"   {describe(progress)}\n")

    def _write(self, text: str) -> None:
        self._terminal.write(text)
        self._terminal.flush()


def describe(progress: Progress) -> str:
    """`▰▰▰▱▱▱  42 %  rendering, 12 s left`."""
    filled = round(CELLS * progress.percent / 100)
    left = ""
    if progress.eta_s is not None and progress.percent < 100:
        left = f", {max(1, round(progress.eta_s))} s left"
    return f"{'▰' * filled}{'▱' * (CELLS - filled)} {progress.percent:3.0f} %  {progress.stage}{left}"

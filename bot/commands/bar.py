"""Draws how far a render is: one line on a terminal, nothing anywhere else."""

from types import TracebackType
from typing import Self, TextIO

from processing.ffmpeg import Progress

CELLS = 24


class ProgressBar:
    """A line that is written over itself, and is gone when the block ends."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal if terminal.isatty() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write("\r\x1b[K")

    def show(self, progress: Progress) -> None:
        """Draw it as it stands now."""
        self._write(f"\r\x1b[K{describe(progress)}")

    def _write(self, text: str) -> None:
        if self._terminal is not None:
            self._terminal.write(text)
            self._terminal.flush()


def describe(progress: Progress) -> str:
    """`▰▰▰▱▱▱  42 %  rendering, 12 s left`."""
    filled = round(CELLS * progress.percent / 100)
    left = "" if progress.eta_s is None else f", {max(1, round(progress.eta_s))} s left"
    return f"{'▰' * filled}{'▱' * (CELLS - filled)} {progress.percent:3.0f} %  {progress.stage}{left}"

"""Where one short is made: a folder of its own, the programs, and the meter of its progress."""

from dataclasses import dataclass
from pathlib import Path

from processing.company import Seat
from processing.ffmpeg import Finished, ProgressReader, demand, run
from processing.hardware import Hardware
from processing.meter import Meter
from processing.sandbox import Limits
from processing.tools import Tools


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What every step of a render works with. What a step leaves in the folder goes with the folder."""

    folder: Path
    tools: Tools
    threads: int
    meter: Meter
    hardware: Hardware | None = None
    seat: Seat | None = None

    async def run(
        self, arguments: list[str], *, lasts_s: float | None = None, limits: Limits | None = None
    ) -> Finished:
        """Run one command to its good end; with `lasts_s` its progress moves the meter.

        Raises:
            SourceRefused: the source could not be read.
            RenderFailed: the command failed for another reason.
            RenderTimedOut: it stood still.
        """

        def moved(out_s: float) -> None:
            if lasts_s is not None:
                self.meter.at(out_s / lasts_s)

        finished = await run(arguments, folder=self.folder, on_output=ProgressReader(moved), limits=limits)
        demand(finished)
        return finished

"""Chooses the encoder of a service: hardware only where it is wanted, and has just proven that it works."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog
from PIL import Image

from processing.errors import ExportError
from processing.ffprobe import look
from processing.hardware import AUTO, HARDWARE, SOFTWARE, Hardware
from processing.meter import Meter
from processing.picture import make_quickly
from processing.plan import RenderJob, plan
from processing.sound import make_sound
from processing.tools import Tools
from processing.verify import prove
from processing.workshop import Workshop
from storage.models import Recipe

log = structlog.get_logger()

FRAMES, FRAME_MS = 12, 40
_JOB = RenderJob(
    start_s=0,
    end_s=FRAMES * FRAME_MS / 1000,
    recipe=Recipe(strategy="center_crop", quality="high", normalize_loudness=False),
)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The hardware that encodes, if any, and why others that were wanted do not."""

    hardware: Hardware | None
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.hardware.name if self.hardware else SOFTWARE


async def choose(wanted: str, *, tools: Tools) -> Chosen:
    """Try what is wanted; `auto` takes the first that works. What does not is software's."""
    faults: list[str] = []
    for name, hardware in HARDWARE.items():
        if wanted not in (name, AUTO):
            continue
        if not (fault := await _fault(hardware, tools)):
            return Chosen(hardware=hardware, faults=tuple(faults))
        faults.append(f"{name}: {fault}")
    return Chosen(hardware=None, faults=tuple(faults))


async def chosen_for_service(wanted: str, *, tools: Tools) -> Hardware | None:
    """The same, with a line in the log."""
    chosen = await choose(wanted, tools=tools)
    if chosen.hardware is not None:
        log.info("encoding in hardware", encoder=chosen.hardware.name)
    elif chosen.faults:
        log.warning("encoding in software, for no hardware encoder works here", faults=list(chosen.faults))
    return chosen.hardware


async def _fault(hardware: Hardware, tools: Tools) -> str:
    """Why it cannot be used: a few frames are made into a short, and the short is proven. Empty: it can."""
    if hardware.name not in tools.encoders:
        return "this ffmpeg has no such encoder"
    with tempfile.TemporaryDirectory(prefix="encoder-") as name:
        folder = Path(name)
        _draw(folder / "source")
        workshop = Workshop(folder=folder, tools=tools, threads=1, meter=Meter(None), hardware=hardware)
        try:
            media = await look(folder / "source", folder=folder, tools=tools)
            decided = plan(_JOB, media, filters=tools.filters)
            sound = await make_sound(decided, folder / "source", workshop)
            short = await make_quickly(decided, folder / "source", sound, workshop, hardware)
            await prove(short.path, decided, folder=folder, tools=tools)
        except ExportError as error:
            return _cause(getattr(error, "detail", "")) or str(error)
    return ""


def _draw(path: Path) -> None:
    """A picture that moves, as a source: a GIF needs nobody's encoder."""
    slope = Image.linear_gradient("L").resize((180, 320))
    first, *others = (slope.rotate(360 * n // FRAMES).convert("P") for n in range(FRAMES))
    first.save(path, "GIF", save_all=True, append_images=others, duration=FRAME_MS)


def _cause(detail: str) -> str:
    """The first of ffmpeg's complaints, which stand behind the line that holds its command."""
    lines = [line.strip() for line in detail.splitlines()[1:] if line.strip()]
    return re.sub(r"^\[.*?\] ", "", lines[0]) if lines else ""

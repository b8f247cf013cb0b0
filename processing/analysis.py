"""Watches a whole video once, in one ffmpeg pass, and writes down what finding its scenes needs."""

import math
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import sub
from pathlib import Path

import ffmpeg as graph

from processing.errors import Refusal, SourceRefused
from processing.ffmpeg import Tools, demand, run
from processing.ffprobe import input_options
from processing.hearing import in_step
from processing.media import MediaInfo, Part
from processing.sandbox import Limits
from processing.source import Source, address

#: Frames are compared at this size: large enough for a cut, too small for noise.
COMPARED = (160, 90)
#: A sample is a tiny grey picture; so many are taken a second.
SAMPLE_WIDTH, SAMPLE_HEIGHT, SAMPLE_RATE = 32, 18, 10
SAMPLE_BYTES = SAMPLE_WIDTH * SAMPLE_HEIGHT
#: EBU R128's momentary loudness is told so often.
LOUDNESS_RATE = 10
#: A still is kept so often, this wide. The size of its file tells how much there is to see in it.
STILL_EVERY_S, STILL_WIDTH = 2, 320
#: A row or column at the picture's edge whose mean is darker than this (of 255) belongs to a black bar, where
#: each point brighter than `BAR_SPECK` counts as white: a star or a letter is enough for a row to be lit.
BAR_LIMIT, BAR_SPECK = 10, 64

STALL_S = 120


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Tiny grey pictures of the video, `SAMPLE_RATE` a second."""

    pixels: bytes

    def __len__(self) -> int:
        return len(self.pixels) // SAMPLE_BYTES

    def __getitem__(self, index: int) -> bytes:
        """The sample of that index, or the nearest that there is."""
        first = SAMPLE_BYTES * min(max(index, 0), len(self) - 1)
        return self.pixels[first : first + SAMPLE_BYTES]

    def __iter__(self) -> Iterator[bytes]:
        return (self[index] for index in range(len(self)))

    def difference(self, one: int, other: int) -> float:
        """How much two samples differ, 0 to 100."""
        return float(sum(map(abs, map(sub, self[one], self[other])))) / (SAMPLE_BYTES * 2.55)

    @cached_property
    def motion(self) -> list[float]:
        """How much each sample differs from the one before it, 0 to 100."""
        return [self.difference(index, index - 1) for index in range(len(self))]


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What was seen and heard. Times are seconds from the start of the file."""

    duration_s: float
    #: when each frame is shown, and how much it differs from the one before it, 0 to 100
    frame_times: Sequence[float]
    frame_changes: Sequence[float]
    samples: Samples
    #: momentary loudness in LUFS, `LOUDNESS_RATE` a second; empty without sound
    loudness: Sequence[float]
    #: size in bytes of the still of every `STILL_EVERY_S` seconds
    still_sizes: Sequence[int]
    lit: Part | None


async def analyse(
    source: Source,
    media: MediaInfo,
    *,
    tools: Tools,
    timeout_s: float,
    on_progress: Callable[[float], None] | None = None,
) -> Analysis:
    """Watch the file at `source`; `on_progress` hears how many of its seconds are done.

    Raises:
        SourceRefused: not one picture of it can be decoded.
        RenderFailed, RenderTimedOut: the pass could not be made.
    """
    reader = ChangeReader(on_progress or (lambda seconds: None))
    with tempfile.TemporaryDirectory(prefix="analysis-") as name:
        folder = Path(name)
        finished = await run(
            command(media, source=source, tools=tools),
            folder=folder,
            on_output=reader,
            timeout_s=timeout_s,
            stall_s=STALL_S,
            limits=Limits(cpu_s=math.ceil(timeout_s) + 1),
        )
        demand(finished)
        if not reader.times:
            raise SourceRefused(Refusal.DAMAGED, finished.detail())
        return Analysis(
            duration_s=media.duration_s or reader.times[-1],
            frame_times=reader.times,
            frame_changes=reader.changes,
            samples=Samples(pixels=(folder / "samples.gray").read_bytes()),
            loudness=_loudness(folder / "loudness.txt"),
            still_sizes=[still.stat().st_size for still in sorted(folder.glob("still-*.jpg"))],
            lit=_lit((folder / "bars.txt").read_text(encoding="ascii")),
        )


def command(media: MediaInfo, *, source: Source, tools: Tools) -> list[str]:
    """The argument list of the pass. It writes into the folder that it runs in."""
    # one thread: two analyses side by side use two cores better than one that waits for itself
    opened = graph.input(address(source), threads=1, **input_options(source))
    copies = opened[str(media.video_index)].filter_multi_output("split", 2)
    compared = (
        copies[0]
        .filter("scale", *COMPARED, flags="area")
        .filter("format", "gray")
        .filter("scdet", threshold=100)
        .filter("metadata", "print", key="lavfi.scd.mafd", file="pipe:1", direct=1)
    )
    samples = compared.filter("fps", SAMPLE_RATE, start_time=0, round="up")
    samples = samples.filter("scale", SAMPLE_WIDTH, SAMPLE_HEIGHT, flags="area")
    stills = (
        copies[1]
        .filter("fps", f"1/{STILL_EVERY_S}", start_time=0, round="up")
        .filter_multi_output("split", 2)
    )
    bars = (
        stills[0]
        .filter("scale", out_range="full")
        .filter("format", "gray")
        .filter("lut", y=f"if(gt(val,{BAR_SPECK}),255,val)")
        .filter("cropdetect", limit=BAR_LIMIT, round=2, reset=0, skip=0)
        .filter("metadata", "print", file="bars.txt")
    )
    outputs = [
        graph.output(samples, "samples.gray", f="rawvideo", pix_fmt="gray"),
        graph.output(stills[1].filter("scale", STILL_WIDTH, -2), "still-%05d.jpg", f="image2", **{"q:v": 5}),
        graph.output(bars, "-", f="null"),
    ]
    if media.audio_index is not None:
        heard = (
            in_step(opened[str(media.audio_index)])
            .filter("ebur128", metadata=1)
            .filter("ametadata", "print", key="lavfi.r128.M", file="loudness.txt")
        )
        outputs.append(graph.output(heard, "-", f="null"))
    made = graph.merge_outputs(*outputs).global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    arguments: list[str] = graph.compile(made, cmd=str(tools.ffmpeg))
    return arguments


class ChangeReader:
    """Reads what `metadata=print` says of each frame, in whatever pieces it comes."""

    def __init__(self, on_progress: Callable[[float], None]) -> None:
        self.times: list[float] = []
        self.changes: list[float] = []
        self._on_progress = on_progress
        self._rest = b""

    def __call__(self, piece: bytes) -> bool:
        """Take a piece of the report; True, for every piece shows life."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            if line.startswith(b"frame:"):
                self.times.append(float(line.rpartition(b":")[2]))
            elif line.startswith(b"lavfi.scd.mafd="):
                self.changes.append(float(line.rpartition(b"=")[2]))
        if self.times:
            self._on_progress(self.times[-1])
        return True


def _loudness(report: Path) -> list[float]:
    if not report.exists():
        return []
    said = report.read_text(encoding="ascii")
    return [float(value) for value in re.findall(r"^lavfi\.r128\.M=(\S+)$", said, re.MULTILINE)]


def _lit(said: str) -> Part | None:
    """The last word of `cropdetect`, which has seen every still by then."""
    found = {name: int(value) for name, value in re.findall(r"cropdetect\.(x|y|w|h)=(-?\d+)", said)}
    if len(found) < 4 or found["w"] <= 0 or found["h"] <= 0:
        return None
    return Part(left=found["x"], top=found["y"], width=found["w"], height=found["h"])

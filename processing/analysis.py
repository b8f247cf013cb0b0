"""Watches a video in one ffmpeg pass, and writes down what finding its scenes needs."""

import math
import re
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from processing import watching
from processing.calling_off import aside, still_wanted
from processing.errors import Refusal, SourceRefused
from processing.ffmpeg import Tools, demand, run
from processing.media import MediaInfo, Part
from processing.sandbox import Limits
from processing.source import Source
from processing.speech import Spoken, can_listen, listen
from processing.watching import SAMPLE_HEIGHT, SAMPLE_RATE, SAMPLE_WIDTH, STILL_EVERY_S, WHOLE, View

SAMPLE_BYTES = SAMPLE_WIDTH * SAMPLE_HEIGHT
#: EBU R128's momentary loudness is told so often.
LOUDNESS_RATE = 10
STALL_S = 120

# a sample as one great number, in lanes of two bytes each: Python subtracts all of them at once, which takes
# a quarter of the time, and a film has 300,000 pairs of samples to compare
_ONES = int.from_bytes(b"\x00\x01" * (SAMPLE_BYTES // 2))
_LOW, _SIGNS = _ONES * 0xFF, _ONES << 8
_WIDE, _WIDE_ONES = int.from_bytes(b"\x00\x00\xff\xff" * (SAMPLE_BYTES // 4)), 0xFFFF_FFFF


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Tiny grey pictures of the video, `SAMPLE_RATE` a second."""

    pixels: bytes

    def __len__(self) -> int:
        return len(self.pixels) // SAMPLE_BYTES

    def __getitem__(self, index: int) -> bytes:
        """The sample of that index, or the nearest that there is."""
        still_wanted()  # what takes long in a film passes here
        first = SAMPLE_BYTES * min(max(index, 0), len(self) - 1)
        return self.pixels[first : first + SAMPLE_BYTES]

    def __iter__(self) -> Iterator[bytes]:
        return (self[index] for index in range(len(self)))

    def difference(self, one: int, other: int) -> float:
        """How much two samples differ, 0 to 100."""
        return _apart(self[one], self[other]) / (SAMPLE_BYTES * 2.55)

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
    #: when somebody speaks; None: nobody has listened for that
    speech: Sequence[Spoken] | None
    #: size in bytes of each still, and when it is shown
    still_sizes: Sequence[int]
    still_times: Sequence[float]
    lit: Part | None
    #: only some key frames were seen: `frame_times` are theirs, and each is one sample and one still
    keys_only: bool = False

    def samples_within(self, start_s: float, end_s: float) -> range:
        """The indices of the samples of that interval; at least one."""
        if self.keys_only:
            first, last = (bisect_left(self.frame_times, moment_s) for moment_s in (start_s, end_s))
        else:
            first, last = int(start_s * SAMPLE_RATE), math.ceil(end_s * SAMPLE_RATE)
        return range(first, max(first + 1, last))


async def analyse(
    source: Source,
    media: MediaInfo,
    *,
    tools: Tools,
    timeout_s: float,
    view: View = WHOLE,
    on_progress: Callable[[float], None] | None = None,
) -> Analysis:
    """Watch `source`; `on_progress` hears how many of its seconds are done. Times begin where the view does.

    Raises:
        SourceRefused: not one picture of it can be decoded.
        RenderFailed, RenderTimedOut: the pass could not be made.
    """
    reader = ChangeReader(on_progress or (lambda seconds: None))
    with tempfile.TemporaryDirectory(prefix="analysis-") as name:
        folder = Path(name)
        finished = await run(
            watching.command(media, view, source=source, tools=tools, for_speech=can_listen()),
            folder=folder,
            on_output=reader,
            timeout_s=timeout_s,
            stall_s=STALL_S,
            limits=Limits(cpu_s=math.ceil(timeout_s) + 1),
        )
        demand(finished)
        if not reader.times:
            raise SourceRefused(Refusal.DAMAGED, finished.detail())
        heard = folder / "speech.pcm"
        speech = await listen(heard) if heard.exists() else None
        return await aside(_read, folder, reader, media, view, speech)


def _read(
    folder: Path,
    reader: "ChangeReader",
    media: MediaInfo,
    view: View,
    speech: Sequence[Spoken] | None,
) -> Analysis:
    """What the pass has left in its folder."""
    stills = [still.stat().st_size for still in sorted(folder.glob("still-*.jpg"))]
    steps = [index * float(STILL_EVERY_S) for index in range(len(stills))]
    bars, sound = folder / "bars.txt", folder / "loudness.txt"
    return Analysis(
        duration_s=view.length_s or media.duration_s or reader.times[-1],
        frame_times=reader.times,
        frame_changes=reader.changes,
        samples=Samples(pixels=(folder / "samples.gray").read_bytes()),
        loudness=momentary(sound.read_text(encoding="ascii")) if sound.exists() else [],
        speech=speech,
        still_sizes=stills,
        still_times=reader.times if view.keys_only else steps,
        lit=_lit(bars.read_text(encoding="ascii")) if bars.exists() else None,
        keys_only=view.keys_only,
    )


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


def momentary(said: str) -> list[float]:
    """The values that `ebur128` has told, in LUFS. Older ones say of silence that it is not a number."""
    told = (float(value) for value in re.findall(r"^lavfi\.r128\.M=(\S+)$", said, re.MULTILINE))
    return [-math.inf if math.isnan(value) else value for value in told]


def _lit(said: str) -> Part | None:
    """The last word of `cropdetect`, which has seen every still by then."""
    found = {name: int(value) for name, value in re.findall(r"cropdetect\.(x|y|w|h)=(-?\d+)", said)}
    if len(found) < 4 or found["w"] <= 0 or found["h"] <= 0:
        return None
    return Part(left=found["x"], top=found["y"], width=found["w"], height=found["h"])


def _apart(one: bytes, other: bytes) -> int:
    """The sum of how far their bytes are apart."""
    if one == other:
        return 0
    these, those = int.from_bytes(one), int.from_bytes(other)
    lanes = _lanes_apart(these & _LOW, those & _LOW) + _lanes_apart(these >> 8 & _LOW, those >> 8 & _LOW)
    # the rest by a base less one is the sum of the digits
    return ((lanes & _WIDE) + (lanes >> 16 & _WIDE)) % _WIDE_ONES


def _lanes_apart(these: int, those: int) -> int:
    """How far each lane, which holds one byte, is from its counterpart."""
    differences = (these | _SIGNS) - those
    below = (~differences & _SIGNS) >> 8
    return ((differences ^ below * 0xFF) & _LOW) + below

"""Shows one moment of a video under every strategy, side by side, with what each of them loses."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ffmpeg as graph
from PIL import Image

from processing.analysis import Samples
from processing.bars import cut_off, shown
from processing.errors import Refusal, SourceRefused
from processing.ffmpeg import Tools, demand, run
from processing.ffprobe import input_options
from processing.media import MediaInfo
from processing.recipes import MIDDLE
from processing.sandbox import Limits
from processing.sheets import BAD, FAIR, GOOD, INK, TITLE_SIZE, Cell, Line, row
from processing.source import Source, address, position
from processing.strategies import STRATEGIES
from processing.strategies.base import Picture, Strategy, Stream, even
from processing.timecode import format_timecode
from processing.watching import SAMPLE_HEIGHT, SAMPLE_RATE, SAMPLE_WIDTH
from processing.windows import Window, lost_share, motion_map, read_ruler, ruler

#: Of the sheet's pictures, in pixels; the ruler is read at a fraction of it.
CELL_WIDTH, CELL_HEIGHT = 270, 480
RULED_WIDTH, RULED_HEIGHT = 108, 192
RULER_WIDTH = 256
#: Motion is watched for so long on either side of the moment.
AROUND_S = 0.4
#: So much before its end, every video still has a picture to come.
LAST_FRAME_S = 0.2
#: A loss is small up to here, and large from there on.
LITTLE, MUCH = 0.1, 0.4
TIMEOUT_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Showing:
    """What one strategy makes of the moment."""

    strategy: Strategy
    picture: Image.Image
    window: Window
    #: the part of the motion that is not to be seen
    lost: float


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A moment of a source, and the shapes of its picture and of the ruler."""

    source: Source
    media: MediaInfo
    at_s: float
    shown: Picture
    ruled: Picture
    focus: int

    @property
    def begin_s(self) -> float:
        """Where reading begins."""
        return max(0.0, self.at_s - AROUND_S)

    @property
    def whole_size(self) -> tuple[int, int]:
        """Of the source's picture on the sheet, as large as it fits."""
        if self.shown.aspect > 1:
            return CELL_HEIGHT, even(CELL_HEIGHT / self.shown.aspect)
        return even(CELL_HEIGHT * self.shown.aspect), CELL_HEIGHT


async def strategy_sheet(
    source: Source, media: MediaInfo, *, at_s: float, focus: int = MIDDLE, tools: Tools
) -> Image.Image:
    """The sheet of the moment `at_s`; what is cropped looks at `focus` percent from left to right.

    Raises:
        SourceRefused: the video has no picture there.
        RenderFailed, RenderTimedOut: it could not be made.
    """
    if not 0 <= at_s < media.duration_s:
        raise SourceRefused(Refusal.OUTSIDE)
    # the last frame is shown for a while: a moment in it lies behind its beginning
    shown_s = max(0.0, min(at_s, media.duration_s - LAST_FRAME_S))
    showings, whole = await show(source, media, at_s=shown_s, focus=focus, tools=tools)
    heading = [
        Line(text=f"{format_timecode(at_s)} under every strategy", colour=INK, size=TITLE_SIZE),
        Line(text=f"{media.width}x{media.height} becomes 1080x1920"),
    ]
    source_cell = Cell(
        picture=whole,
        caption=[
            Line(text="source", colour=INK, size=TITLE_SIZE),
            Line(text="the whole picture" if media.part is None else "without its black bars"),
        ],
    )
    cells = [source_cell, *(_cell(showing) for showing in showings)]
    return await asyncio.to_thread(row, cells, heading=heading)


async def show(
    source: Source, media: MediaInfo, *, at_s: float, focus: int = MIDDLE, tools: Tools
) -> tuple[list[Showing], Image.Image]:
    """What every strategy makes of the moment, the one that loses least first, and the whole picture."""
    picture = shown(media)
    strategies = [
        strategy for strategy in STRATEGIES.values() if strategy.settled(picture, STRATEGIES)[0] is strategy
    ]
    ruled = Picture(width=RULER_WIDTH, height=even(RULER_WIDTH / picture.aspect))
    moment = Moment(source=source, media=media, at_s=at_s, shown=picture, ruled=ruled, focus=focus)
    with tempfile.TemporaryDirectory(prefix="sheet-") as name:
        folder = Path(name)
        (folder / "ruler.rgb").write_bytes(ruler(ruled.width, ruled.height))
        finished = await run(
            command(moment, strategies, tools=tools),
            folder=folder,
            on_output=lambda piece: True,
            timeout_s=TIMEOUT_S,
            limits=Limits(cpu_s=int(TIMEOUT_S)),
        )
        demand(finished)
        if not (folder / "whole.rgb").stat().st_size:
            raise SourceRefused(Refusal.DAMAGED, finished.detail())
        showings = await asyncio.to_thread(_measured, folder, strategies)
        whole = _picture(folder / "whole.rgb", moment.whole_size)
    return sorted(showings, key=lambda showing: showing.lost), whole


def _measured(folder: Path, strategies: Sequence[Strategy]) -> list[Showing]:
    motion = motion_map(Samples(pixels=(folder / "motion.gray").read_bytes()))
    return [_showing(strategy, folder, motion) for strategy in strategies]


def command(moment: Moment, strategies: Sequence[Strategy], *, tools: Tools) -> list[str]:
    """One ffmpeg for all: the motion around the moment, the picture, and the ruler, each as raw pixels."""
    opened = graph.input(
        address(moment.source),
        ss=position(moment.begin_s),
        t=2 * AROUND_S,
        threads=1,
        **input_options(moment.source),
    )
    ruled = moment.ruled
    measure = graph.input(
        "ruler.rgb", f="rawvideo", pixel_format="rgb24", video_size=(ruled.width, ruled.height)
    )
    picture = cut_off(opened[str(moment.media.video_index)], moment.media.part)
    seen = picture.filter_multi_output("split", 2)
    motion = seen[0].filter("fps", SAMPLE_RATE).filter("scale", SAMPLE_WIDTH, SAMPLE_HEIGHT, flags="area")
    # one frame only: what comes behind it would be scaled and blurred for nothing
    still = seen[1].filter("trim", start=moment.at_s - moment.begin_s).filter("select", "eq(n,0)")
    stills = still.filter_multi_output("split", len(strategies) + 1)
    rulers = measure.video.filter_multi_output("split", len(strategies))
    outputs = [
        graph.output(motion, "motion.gray", f="rawvideo", pix_fmt="gray"),
        _raw(_scaled(stills[len(strategies)], *moment.whole_size), "whole"),
    ]
    for index, strategy in enumerate(strategies):
        filled = strategy.frame(stills[index], picture=moment.shown, focus=moment.focus, scale=_scaled)
        outputs.append(_raw(_scaled(filled, CELL_WIDTH, CELL_HEIGHT), strategy.name))
        filled = strategy.frame(rulers[index], picture=ruled, focus=moment.focus, scale=_scaled)
        small = filled.filter("scale", RULED_WIDTH, RULED_HEIGHT, flags="neighbor")
        outputs.append(_raw(small, f"{strategy.name}.ruler"))
    made = graph.merge_outputs(*outputs).global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    arguments: list[str] = graph.compile(made, cmd=str(tools.ffmpeg))
    return arguments


def _scaled(stream: Stream, width: int, height: int) -> Stream:
    return stream.filter("scale", width, height, flags="bilinear")


def _raw(stream: Stream, name: str) -> Stream:
    return graph.output(stream, f"{name}.rgb", f="rawvideo", pix_fmt="rgb24", **{"frames:v": 1})


def _showing(strategy: Strategy, folder: Path, motion: Sequence[int]) -> Showing:
    window = read_ruler((folder / f"{strategy.name}.ruler.rgb").read_bytes())
    return Showing(
        strategy=strategy,
        picture=_picture(folder / f"{strategy.name}.rgb", (CELL_WIDTH, CELL_HEIGHT)),
        window=window,
        lost=lost_share(motion, window),
    )


def _picture(file: Path, size: tuple[int, int]) -> Image.Image:
    return Image.frombytes("RGB", size, file.read_bytes())


def _cell(showing: Showing) -> Cell:
    lost, filled = showing.lost, showing.window.filled
    if lost < 0.005:
        loss = Line(text="loses nothing", colour=GOOD)
    else:
        colour = GOOD if lost <= LITTLE else FAIR if lost <= MUCH else BAD
        loss = Line(text=f"loses {lost:.0%} of the motion", colour=colour)
    name = Line(text=showing.strategy.name, colour=INK, size=TITLE_SIZE)
    return Cell(picture=showing.picture, caption=[name, loss, Line(text=f"fills {filled:.0%} of the screen")])

"""Makes reels: clips of several shots whose boundaries are known, and looks at them."""

from collections.abc import Sequence
from pathlib import Path

from processing.analysis import Analysis, analyse
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.watching import WHOLE, View
from tests import clips

RATE = 25
SIZE = "320x180"

#: Shots that have nothing in common: what ffmpeg can draw, most of them in motion.
SHOTS = {
    "clock": f"testsrc2=size={SIZE}:rate={RATE}",
    "fractal": f"mandelbrot=size={SIZE}:rate={RATE}:start_scale=0.2",
    "bars": f"smptehdbars=size={SIZE}:rate={RATE},format=yuv420p,rotate='0.05*sin(t)'",
    "wall": f"testsrc=size={SIZE}:rate={RATE},hue=h=90,negate",
    "dim": f"testsrc2=size={SIZE}:rate={RATE},hflip,vflip,eq=brightness=-0.2",
    "black": f"color=black:size={SIZE}:rate={RATE}",
    "fence": f"color=gray:size={SIZE}:rate={RATE},drawgrid=width=20:height=18:color=white",
    "net": f"color=gray:size={SIZE}:rate={RATE},drawgrid=x=10:y=9:width=20:height=18:color=black",
    "grey": f"color=gray:size={SIZE}:rate={RATE}",
}
ENCODED = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p")


def reel(tools: Tools, path: Path, *shots: tuple[str, float], encoded: Sequence[str] = ENCODED) -> Path:
    """These shots, each for so many seconds, one cut after the other."""
    inputs: list[str] = []
    for name, seconds in shots:
        inputs += ["-f", "lavfi", "-t", str(seconds), "-i", SHOTS[name]]
    same = ";".join(f"[{index}]format=yuv420p,setsar=1[v{index}]" for index in range(len(shots)))
    names = "".join(f"[v{index}]" for index in range(len(shots)))
    joined = f"{same};{names}concat=n={len(shots)}:v=1"
    return clips.make(tools, path, *inputs, "-filter_complex", joined, *encoded)


def melted(
    tools: Tools,
    path: Path,
    first: str,
    second: str,
    *,
    how: str,
    at_s: float,
    length_s: float,
    shots_s: float = 3,
    encoded: Sequence[str] = ENCODED,
) -> Path:
    """Two shots of so many seconds, one melting into the other by ffmpeg's `xfade`."""
    same = "[0]format=yuv420p[a];[1]format=yuv420p[b]"
    melt = f"{same};[a][b]xfade=transition={how}:offset={at_s}:duration={length_s}"
    inputs = [
        word for name in (first, second) for word in ("-f", "lavfi", "-t", str(shots_s), "-i", SHOTS[name])
    ]
    return clips.make(tools, path, *inputs, "-filter_complex", melt, *encoded)


def drawn(tools: Tools, path: Path, source: str, *, seconds: float = 3) -> Path:
    """One shot of ffmpeg's drawing."""
    return clips.make(tools, path, "-f", "lavfi", "-t", str(seconds), "-i", source, *ENCODED)


async def watch(tools: Tools, path: Path, view: View = WHOLE) -> Analysis:
    """What the pass over that clip writes down."""
    return await analyse(path, await probe(path, tools=tools), tools=tools, timeout_s=60, view=view)

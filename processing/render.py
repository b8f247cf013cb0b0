"""RenderJob to Rendition: the one place that writes an ffmpeg command that encodes."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import ffmpeg as graph

from processing.errors import Refusal, RenderFailed, SourceRefused, UnknownQuality, UnknownStrategy
from processing.ffmpeg import Progress, ProgressReader, ProgressSink, Tools, demand, run
from processing.ffprobe import MediaInfo, anonymous, input_options, probe
from processing.quality import QUALITIES
from processing.strategies import STRATEGIES
from processing.strategies.base import HEIGHT, WIDTH, Picture, Stream
from storage.models import Facts

__all__ = ["Progress", "ProgressSink", "RenderJob", "Rendition", "render"]


@dataclass(frozen=True, kw_only=True)
class RenderJob:
    """What to make: `[start_s, end_s)` of a source, in a strategy and a quality."""

    start_s: float
    end_s: float
    strategy: str
    quality: str
    focus: int = 50
    timeout_s: float = 600.0

    @property
    def duration_s(self) -> float:
        """Length asked for, in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """What was made, measured on the finished file."""

    facts: Facts
    fps: float
    strategy: str
    quality: str
    elapsed_s: float
    notes: tuple[str, ...] = ()


async def render(
    job: RenderJob,
    *,
    source: Path,
    output: Path,
    tools: Tools,
    threads: int = 0,
    on_progress: ProgressSink | None = None,
) -> Rendition:
    """Make the short at `output`: whole and verified, or not at all.

    Raises:
        SourceRefused: the source cannot become this short.
        UnknownStrategy: no strategy has that name.
        UnknownQuality: no quality has that name.
        RenderFailed: it could not be made.
        RenderTimedOut: it took too long.
    """
    began = time.monotonic()
    tell = on_progress or (lambda progress: None)
    if job.strategy not in STRATEGIES:
        raise UnknownStrategy(f"There is no strategy called {job.strategy!r}.")
    if job.quality not in QUALITIES:
        raise UnknownQuality(f"There is no quality called {job.quality!r}.")
    tell(Progress(stage="probing", percent=0.0))
    media = await probe(source, tools=tools)
    if job.start_s < 0 or job.end_s <= job.start_s or job.end_s > media.duration_s + 0.1:
        raise SourceRefused(Refusal.OUTSIDE)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".render-") as folder:
        short = Path(folder, "short.mp4")

        def moved(out_s: float) -> None:
            done = min(0.99, out_s / job.duration_s)
            elapsed = time.monotonic() - began
            tell(Progress(stage="rendering", percent=100 * done, eta_s=elapsed * (1 - done) / done))

        arguments = command(
            job, media, source=anonymous(source, Path(folder)), short=short, tools=tools, threads=threads
        )
        finished = await run(
            arguments, folder=Path(folder), on_output=ProgressReader(moved), timeout_s=job.timeout_s
        )
        demand(finished)
        tell(Progress(stage="verifying", percent=99.0))
        made = await probe(short, tools=tools)
        if (made.width, made.height) != (WIDTH, HEIGHT) or abs(made.duration_s - job.duration_s) > 0.1:
            raise RenderFailed("The finished video is not what was asked for.", finished.detail())
        short.replace(output)
    tell(Progress(stage="done", percent=100.0))
    return Rendition(
        facts=Facts(
            width=made.width,
            height=made.height,
            duration_s=made.duration_s,
            size_bytes=output.stat().st_size,
            video_codec=made.video_codec,
            audio_codec=made.audio_codec or "",
        ),
        fps=made.fps,
        strategy=job.strategy,
        quality=job.quality,
        elapsed_s=time.monotonic() - began,
    )


def command(
    job: RenderJob, media: MediaInfo, *, source: Path, short: Path, tools: Tools, threads: int
) -> list[str]:
    """The argument list that makes `short`."""
    quality, seconds = QUALITIES[job.quality], job.duration_s
    opened = graph.input(f"file:{source}", ss=job.start_s, t=seconds, threads=threads, **input_options())
    picture = Picture(width=media.upright_width, height=media.upright_height, sar=media.sar)

    def scale(stream: Stream, width: int, height: int) -> Stream:
        return stream.filter("scale", width, height, flags="lanczos")

    video = STRATEGIES[job.strategy].fill(
        opened[str(media.video_index)], picture=picture, focus=job.focus, scale=scale
    )
    video = video.filter("setsar", 1).filter("format", "yuv420p")
    if media.audio_index is None:
        audio = graph.input("anullsrc=r=48000:cl=stereo", f="lavfi", t=seconds).audio
    else:
        audio = opened[str(media.audio_index)].filter("aresample", 48000)
    made = graph.output(
        video,
        audio,
        str(short),
        **{"c:v": "libx264", "c:a": "aac", "b:a": f"{quality.audio_kbps}k", "ac": 2},
        crf=quality.crf,
        preset=quality.preset,
        threads=threads,
        t=seconds,
        movflags="+faststart",
        map_metadata=-1,
        map_chapters=-1,
        progress="pipe:1",
        stats_period=0.5,
    ).global_args("-nostdin", "-hide_banner", "-nostats", "-loglevel", "warning", "-xerror")
    arguments: list[str] = graph.compile(made, cmd=str(tools.ffmpeg), overwrite_output=True)
    return arguments

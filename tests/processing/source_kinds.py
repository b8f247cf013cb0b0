"""The kinds of source that are tried, and the table of docs/sources.md: what each is, and what comes out.

python -m tests.processing.source_kinds > docs/sources.md
"""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from processing.ffprobe import probe
from processing.media import MediaInfo
from processing.render import Rendition, render
from processing.tools import Tools, find_tools
from tests import clips, samples
from tests.processing import refused_kinds

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")
AAC = ("-c:a", "aac")


def wide(transfer: str) -> tuple[str, ...]:
    """Tags of a wide gamut: as options of the output they would be lost, so the frames bear them."""
    tags = f"setparams=color_primaries=bt2020:colorspace=bt2020nc:color_trc={transfer}"
    return ("-vf", f"format=yuv420p10le,{tags}", *X265, *AAC)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A kind of source: its ending, its picture and how it is written."""

    name: str
    ending: str = "mp4"
    size: str = "192x108"
    rate: str = "30"
    sound: bool = True
    seconds: float = 1.6
    output: tuple[str, ...] = (*X264, *AAC)


SOURCES = [
    # geometry
    Source(name="landscape"),
    Source(name="portrait", size="108x192"),
    Source(name="square", size="128x128"),
    Source(name="four-to-three", size="160x120"),
    Source(name="ultrawide", size="420x180"),
    Source(name="thin", size="50x200"),
    Source(name="odd", output=(*X264, "-vf", "crop=191:107:exact=1", "-pix_fmt", "yuv444p", *AAC)),
    Source(name="8k", size="7680x4320", rate="5", output=(*X264, *AAC)),
    Source(name="tall-phone", size="90x200"),
    Source(name="anamorphic", size="180x144", output=(*X264, "-vf", "setsar=64/45", *AAC)),
    Source(name="narrow-pixels", output=(*X264, "-vf", "setsar=8/9", *AAC)),
    # pixels
    *(
        Source(name=pixels, ending="mkv", output=("-c:v", "ffv1", "-pix_fmt", pixels, *AAC))
        for pixels in ("yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "gbrp", "bgra", "yuva420p", "gray")
    ),
    Source(
        name="full-range", ending="avi", output=("-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le")
    ),
    Source(name="bt601", output=(*X264, "-vf", "setparams=colorspace=smpte170m:range=tv", *AAC)),
    Source(name="hdr10", output=wide("smpte2084")),
    Source(name="hlg", output=wide("arib-std-b67")),
    Source(name="bt2020-sdr", output=wide("bt2020-10")),
    # time
    *(
        Source(name=f"{rate.replace('/', '-')}-fps", rate=rate)
        for rate in ("10", "15", "24000/1001", "25", "30000/1001", "50", "60", "90", "120", "240")
    ),
    Source(name="1-fps", rate="1", seconds=4),
    Source(name="odd-time-base", ending="mkv", rate="1000/37"),
    Source(name="long-gop", output=(*X264, "-g", "999", "-bf", "3", *AAC)),
    Source(
        name="variable-rate",
        output=(*X264, "-vf", "select='not(mod(n,3))+gt(n,24)'", "-fps_mode", "vfr", *AAC),
    ),
    Source(name="starts-at-five", ending="mkv", output=(*X264, *AAC, "-output_ts_offset", "5")),
    Source(name="starts-at-five-ts", ending="ts", output=(*X264, *AAC, "-output_ts_offset", "5")),
    Source(name="fragmented", output=(*X264, *AAC, "-g", "10", "-movflags", "frag_keyframe+empty_moov")),
    Source(name="live-webm", ending="webm", output=("-c:v", "libvpx", "-c:a", "libopus", "-live", "1")),
    Source(name="late-picture", output=(*X264, "-vf", "setpts=PTS+0.3/TB", *AAC)),
    # scans
    Source(name="interlaced", output=(*X264, "-vf", "interlace", "-flags", "+ildct+ilme", *AAC)),
    Source(
        name="interlaced-mpeg2",
        ending="ts",
        size="192x128",
        rate="25",
        output=("-vf", "setfield=tff", "-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-c:a", "mp2"),
    ),
    # sound
    Source(name="no-sound", sound=False, output=X264),
    Source(name="mono-8-khz", output=(*X264, *AAC, "-ac", "1", "-ar", "8000")),
    Source(name="surround", output=(*X264, *AAC, "-ac", "6")),
    Source(name="short-sound", output=(*X264, *AAC, "-af", "atrim=end=0.7")),
    Source(name="late-sound", output=(*X264, *AAC, "-af", "asetpts=PTS+0.9/TB")),
    # boxes and codecs
    Source(name="mov-prores", ending="mov", output=("-c:v", "prores_ks", "-c:a", "pcm_s16le")),
    Source(name="mkv-hevc", ending="mkv", output=(*X265, "-c:a", "libopus")),
    Source(
        name="webm-vp9",
        ending="webm",
        output=("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"),
    ),
    Source(name="mkv-av1", ending="mkv", output=("-c:v", "libsvtav1", "-preset", "13", "-c:a", "libvorbis")),
    Source(name="avi-mpeg4", ending="avi", output=("-c:v", "mpeg4", "-c:a", "libmp3lame")),
    Source(name="ts-h264", ending="ts"),
    Source(
        name="ts-open-gop",
        ending="ts",
        output=(
            "-c:v",
            "libx264",
            "-x264-params",
            "open-gop=1:keyint=12:log=-1",
            "-pix_fmt",
            "yuv420p",
            *AAC,
        ),
    ),
    Source(name="mpg-mpeg2", ending="mpg", output=("-c:v", "mpeg2video", "-bf", "2", "-c:a", "mp2")),
    Source(name="gif", ending="gif", sound=False, output=()),
    Source(name="flv", ending="flv"),
    # company
    Source(
        name="tagged",
        output=(
            *X264,
            *AAC,
            "-metadata",
            "title=Secret",
            "-metadata",
            "location=+48.1+011.5/",
            "-movflags",
            "use_metadata_tags",
        ),
    ),
]


def scene_of(source: Source) -> tuple[float, float]:
    """The part of it that becomes a short."""
    return (0.4, 1.4) if source.seconds < 4 else (1.5, 3.0)


def made(source: Source, folder: Path, tools: Tools) -> Path:
    """A clip of that kind."""
    inputs = clips.picture(source.size, source.rate, source.seconds)
    if source.sound:
        inputs += clips.tone(source.seconds)
    return clips.make(tools, folder / f"clip.{source.ending}", *inputs, *source.output)


def line(source: Source, media: MediaInfo, rendition: Rendition) -> str:
    """Its line in the table."""
    shape = "" if media.sar == 1 else f", pixels {media.sar.numerator}:{media.sar.denominator}"
    scan = ", interlaced" if media.interlaced else ""
    kind = "" if media.color_transfer in ("unknown", "bt709") else f" {media.color_transfer}"
    matrix = "" if media.color_space in ("unknown", "bt709") else f" {media.color_space}"
    cells = (
        source.name,
        source.ending,
        f"{media.video_codec} {media.pixel_format}{matrix}{kind}{shape}{scan}",
        f"{media.upright_width}x{media.upright_height}, {float(media.average_rate):.2f} fps",
        media.audio_codec or "none",
        f"{rendition.fps:.2f} fps, {rendition.facts.duration_s:.2f} s"
        f"{''.join(f', {note}' for note in rendition.facts.notes)}",
    )
    return f"| {' | '.join(cells)} |"


HEAD = """# Sources

What has been tried, and what came out. Every line of both tables is a test: the clip is made, a short is
asked for, and what comes out is held against this page and against every promise, whatever went in:
1080x1920 in square pixels, yuv420p limited range tagged bt709, H.264 High of level 4.2 at most, a constant
rate of 24 to 60 frames a second, AAC-LC stereo at 48 kHz, one stream of each, no chapters or private tags,
the index first, the first frame at 0, as long as the scene within one frame, sound and picture ending
within 20 ms of each other. That the picture is the right one (upright, at the right moment, in its colours,
in step with its sound) is tried with flashes, beeps and coloured halves in
`tests/processing/test_truth.py`.

`python -m tests.processing.source_kinds > docs/sources.md` writes this page anew.

## What becomes a short

| kind | file | picture | shape and rate | sound | the short |
|---|---|---|---|---|---|"""


async def _lines(tools: Tools) -> list[str]:
    lines = []
    for source in SOURCES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            clip = made(source, folder, tools)
            job = samples.job(*scene_of(source), strategy="letterbox")
            rendition = await render(job, source=clip, output=folder / "short.mp4", tools=tools)
            lines.append(line(source, await probe(clip, tools=tools), rendition))
    return lines


def main() -> None:
    """Print the page."""
    rows = asyncio.run(_lines(find_tools()))
    refused = map(refused_kinds.line, refused_kinds.KINDS)
    sys.stdout.write("\n".join([HEAD, *rows, "", refused_kinds.HEAD, *refused, ""]))


if __name__ == "__main__":
    main()

"""The kinds of source that are tried: what each is, and how one is made."""

from dataclasses import dataclass
from pathlib import Path

from processing.tools import Tools
from tests import clips

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
    #: how each half of its sound is written, where it changes half-way; `output` copies it
    halves: tuple[tuple[str, ...], ...] = ()
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
    Source(
        name="advert-in-a-film",
        ending="ts",
        halves=(("-f", "ac3", "-ac", "2"), ("-f", "ac3", "-ac", "6")),
        output=(*X264, "-c:a", "copy"),
    ),
    Source(
        name="stereo-then-mono",
        ending="mkv",
        halves=(("-f", "ac3", "-ac", "2"), ("-f", "ac3", "-ac", "1")),
        output=(*X264, "-c:a", "copy"),
    ),
    Source(
        name="another-rate",
        ending="ts",
        halves=(("-f", "mp2", "-ar", "48000"), ("-f", "mp2", "-ar", "44100")),
        output=(*X264, "-c:a", "copy"),
    ),
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
    Source(
        name="dvd-pcm",
        ending="vob",
        output=("-c:v", "mpeg2video", "-c:a", "pcm_dvd", "-ac", "2", "-f", "vob"),
    ),
    Source(name="blu-ray-pcm", ending="m2ts", output=(*X264, "-c:a", "pcm_bluray", "-ac", "2")),
    Source(name="studio-pcm", ending="ts", output=(*X264, "-c:a", "s302m", "-strict", "-2", "-ac", "2")),
    Source(name="apng", ending="apng", sound=False, output=("-plays", "0")),
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
    if source.halves:
        inputs += ["-i", str(_joined(source, folder, tools))]
    elif source.sound:
        inputs += clips.tone(source.seconds)
    return clips.make(tools, folder / f"clip.{source.ending}", *inputs, *source.output)


def _joined(source: Source, folder: Path, tools: Tools) -> Path:
    """Sound that is written otherwise from half-way on."""
    joined, tone = folder / "joined", clips.tone(source.seconds / len(source.halves))
    parts = [clips.make(tools, folder / "half", *tone, *half).read_bytes() for half in source.halves]
    joined.write_bytes(b"".join(parts))
    return joined

"""Puts a child process on a short leash: low priority, bounded resources, no way to outlive its parent."""

import shutil
from dataclasses import dataclass

from processing.source import Source, protocol_options

#: The programs that tie the leash. Where one is missing the render still works, and `cutdown check` says so.
GUARDS = ("nice", "setpriv", "prlimit")

#: The demuxers that read one local file as a video: no playlists, no image sequences, no devices, no network.
VIDEO_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,gif,flv,live_flv,asf,ogg,mxf,nut,webp_anim,apng"
)
#: Those that are only let in to be told apart from no media at all.
OTHER_FORMATS = "mp3,wav,flac,aac,w64,aiff,amr,ac3,png_pipe,jpeg_pipe,bmp_pipe,tiff_pipe,webp_pipe,ico"

#: 8K with a margin, in pixels.
MAX_PIXELS = 8192 * 4608


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one child may use."""

    memory_bytes: int = 6 * 1024**3
    file_bytes: int = 4 * 1024**3
    cpu_s: int = 3600
    open_files: int = 128
    #: whether what is reserved counts, or what may be written to alone: drivers of cards reserve a lot
    reserved_counts: bool = True


def missing_guards() -> tuple[str, ...]:
    """The guards that this machine lacks."""
    return tuple(guard for guard in GUARDS if shutil.which(guard) is None)


def confined(arguments: list[str], limits: Limits) -> list[str]:
    """The command that runs `arguments` on the leash, as far as this machine can tie one."""
    missing = missing_guards()
    prefix: list[str] = []
    if "nice" not in missing:
        prefix += ["nice", "-n", "19"]
    if "setpriv" not in missing:
        prefix += ["setpriv", "--pdeathsig", "KILL", "--no-new-privs"]
    if "prlimit" not in missing:
        prefix += [
            "prlimit",
            f"--{'as' if limits.reserved_counts else 'data'}={limits.memory_bytes}",
            f"--fsize={limits.file_bytes}",
            f"--cpu={limits.cpu_s}",
            f"--nofile={limits.open_files}",
            "--core=0",
        ]
    return prefix + arguments


def input_options(source: Source, *, formats: str = VIDEO_FORMATS) -> dict[str, str | int]:
    """The options before every `-i`: this one source, of a known kind and a bearable size, nothing else."""
    return {"format_whitelist": formats, "max_pixels": MAX_PIXELS, **protocol_options(source)}

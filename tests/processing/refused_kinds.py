"""The kinds of file that no short can be made of, with the reason that each is refused for."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processing.errors import Refusal
from processing.ffmpeg import Tools
from tests import clips

Maker = Callable[[Tools, Path], object]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of file, how one is made, and why it is refused."""

    name: str
    make: Maker
    reason: Refusal


def still(ending: str, *written: str) -> Maker:
    def made(tools: Tools, path: Path) -> None:
        picture = clips.make(tools, path.with_suffix(ending), *clips.picture(), "-frames:v", "1", *written)
        picture.replace(path)

    return made


def text(content: str) -> Maker:
    return lambda tools, path: path.write_text(content)


def sound_only(tools: Tools, path: Path) -> None:
    clips.make(tools, path, *clips.tone(), "-c:a", "aac")


def music(tools: Tools, path: Path) -> None:
    clips.make(tools, path.with_suffix(".mp3"), *clips.tone(), "-c:a", "libmp3lame").replace(path)


def unlisted(tools: Tools, path: Path) -> None:
    """A format that ffmpeg reads, and that is not on our list."""
    clips.make(tools, path.with_suffix(".y4m"), *clips.picture(), "-pix_fmt", "yuv420p").replace(path)


def truncated(tools: Tools, path: Path) -> None:
    whole = clips.plain(tools, path.with_name("whole.mp4"))
    clips.make(tools, path, "-i", str(whole), "-c", "copy", "-movflags", "+faststart")
    os.truncate(path, path.stat().st_size // 2)


def truncated_matroska(tools: Tools, path: Path) -> None:
    """Its head promises the whole length, and nothing complains when the rest is missing."""
    clips.plain(tools, path.with_suffix(".mkv"), seconds=3).replace(path)
    os.truncate(path, path.stat().st_size // 2)


def truncated_broadcast(tools: Tools, path: Path) -> None:
    whole = clips.make(tools, path.with_suffix(".ts"), *clips.picture(), *clips.tone(), "-c:v", "libx264")
    whole.replace(path)
    os.truncate(path, path.stat().st_size // 2)


def without_index(tools: Tools, path: Path) -> None:
    clips.plain(tools, path)
    os.truncate(path, path.stat().st_size // 2)


def scrambled(tools: Tools, path: Path) -> None:
    clips.plain(tools, path, seconds=3)
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    for at in range(start + 20_000, len(content) - 6_000, 7):
        content[at] ^= 0x5A
    path.write_bytes(content)


def strange_colours(tools: Tools, path: Path) -> None:
    written = ("-c:v", "libx264", "-pix_fmt", "yuv444p", "-x264-params", "colormatrix=YCgCo:log=-1")
    clips.make(tools, path.with_suffix(".mkv"), *clips.picture(), *written).replace(path)


def huge(tools: Tools, path: Path) -> None:
    """A picture of four billion pixels in a few bytes."""
    head = b"GIF89a" + b"\xff\xff\xff\xff\x80\x00\x00" + b"\x00\x00\x00\xff\xff\xff"
    frame = b"\x21\xf9\x04\x00\x05\x00\x00\x00\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02\x44\x01\x00"
    path.write_bytes(head + frame * 30 + b"\x3b")


KINDS = (
    Kind(name="an empty file", make=text(""), reason=Refusal.EMPTY),
    Kind(name="text", make=text("just some words " * 500), reason=Refusal.NOT_MEDIA),
    Kind(name="a web page", make=text("<!doctype html><title>404</title>" * 50), reason=Refusal.NOT_MEDIA),
    Kind(name="a format that is not on the list (y4m)", make=unlisted, reason=Refusal.NOT_MEDIA),
    Kind(name="sound alone (mp4)", make=sound_only, reason=Refusal.NO_PICTURE),
    Kind(name="sound alone (mp3)", make=music, reason=Refusal.NO_PICTURE),
    Kind(name="a picture (png)", make=still(".png"), reason=Refusal.STILL_PICTURE),
    Kind(name="a picture (jpeg)", make=still(".jpg"), reason=Refusal.STILL_PICTURE),
    Kind(name="one frame (mp4)", make=still(".mp4"), reason=Refusal.STILL_PICTURE),
    Kind(name="one frame (mkv)", make=still(".mkv"), reason=Refusal.STILL_PICTURE),
    Kind(name="one frame (gif)", make=still(".gif"), reason=Refusal.STILL_PICTURE),
    Kind(name="half a file (mp4)", make=truncated, reason=Refusal.DAMAGED),
    Kind(name="half a file (mkv)", make=truncated_matroska, reason=Refusal.DAMAGED),
    Kind(name="half a file, its index in the other half", make=without_index, reason=Refusal.DAMAGED),
    Kind(name="bytes turned over all along", make=scrambled, reason=Refusal.DAMAGED),
    Kind(name="colours as YCgCo (mkv)", make=strange_colours, reason=Refusal.UNREADABLE),
    Kind(name="four billion pixels in a few bytes (gif)", make=huge, reason=Refusal.TOO_LARGE_A_PICTURE),
)

HEAD = """## What does not

Each is refused with one sentence, with nothing at the destination and no temporary file left. A playlist
(m3u8, DASH, ffconcat, SDP) is no media either: nothing that it names is read, neither a file nor the
network. Pipes and devices are never opened. What stands still is ended after two minutes; every child has
bounded memory, time and file size.

| kind | what is said |
|---|---|"""


def line(kind: Kind) -> str:
    """Its line in the table of docs/sources.md."""
    return f"| {kind.name} | {kind.reason.value} |"

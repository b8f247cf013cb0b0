"""The unit for systemd fits what the service does."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot import environment
from bot.commands.base import MISUSED
from bot.config import Settings

UNIT = (Path(__file__).parents[1] / "docs/systemd/cutdown.service").read_text(encoding="utf-8")
SAYS = dict(re.findall(r"^(\w+)=(.*)$", UNIT, re.MULTILINE))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    here = tmp_path / "cutdown.service"
    here.write_text(UNIT.replace("/opt/cutdown/bin/cutdown", sys.executable))
    said = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, check=False)
    assert [line for line in said.stderr.splitlines() if "cutdown" in line] == []


def test_it_names_settings_that_there_are() -> None:
    named = dict(re.findall(r"^Environment=(\w+)=(.*)$", UNIT, re.MULTILINE))
    assert named
    assert list(environment.faults(named, Settings)) == []


def test_renders_are_left_to_end_by_themselves() -> None:
    assert SAYS["KillMode"] == "mixed"
    assert float(SAYS["TimeoutStopSec"]) > Settings().service.drain_s
    assert SAYS["RestartPreventExitStatus"] == str(MISUSED)

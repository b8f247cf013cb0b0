"""Runs a command and reads what the operating system says it cost, its children included."""

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Cost:
    """CPU and wall-clock seconds, and the largest resident set of any one process, in MB."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def cpu_s() -> float:
    """CPU seconds that this process and its ended children have used so far."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def spend(arguments: Sequence[str | Path], *, folder: Path | None = None) -> Cost:
    """Run it to its end, in that folder.

    Raises:
        subprocess.CalledProcessError: it did not end well.
    """
    began = time.monotonic()
    child = subprocess.Popen([*arguments], stdout=subprocess.DEVNULL, cwd=folder)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise subprocess.CalledProcessError(child.returncode, [str(word) for word in arguments])
    return Cost(
        cpu_s=used.ru_utime + used.ru_stime,
        wall_s=time.monotonic() - began,
        peak_mb=used.ru_maxrss / 1024,
    )

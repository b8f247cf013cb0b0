"""Puts a child process on a short leash: low priority, bounded resources, no way to outlive its parent."""

import shutil
from dataclasses import dataclass

#: The programs that tie the leash. Where one is missing the render still works, and `cutdown check` says so.
GUARDS = ("nice", "setpriv", "prlimit")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one child may use."""

    memory_bytes: int = 6 * 1024**3
    file_bytes: int = 4 * 1024**3
    cpu_s: int = 3600
    open_files: int = 128


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
            f"--as={limits.memory_bytes}",
            f"--fsize={limits.file_bytes}",
            f"--cpu={limits.cpu_s}",
            f"--nofile={limits.open_files}",
            "--core=0",
        ]
    return prefix + arguments

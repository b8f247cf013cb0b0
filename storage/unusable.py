"""A database file that cannot be used: which, why, and what may help."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: How SQLite's names of faults begin, and what may help. Any other fault is our own.
_HELP = {
    "SQLITE_NOTADB": "restore a backup",
    "SQLITE_CORRUPT": "restore a backup",
    "SQLITE_READONLY": "let the file and its folder belong to whoever runs this program",
    "SQLITE_CANTOPEN": "let the file and its folder belong to whoever runs this program",
    "SQLITE_PERM": "let the file and its folder belong to whoever runs this program",
    "SQLITE_FULL": "make room on the disk",
    "SQLITE_IOERR": "see whether the disk is full or damaged",
    "SQLITE_BUSY": "end the other program that works on it",
}


class DatabaseUnusable(Exception):
    """The file cannot be opened, read or written."""

    def __init__(self, path: Path, reason: str, advice: str) -> None:
        super().__init__(f"the database {path} cannot be used ({reason}): {advice}")


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Say in one sentence what is wrong with the file, where SQLite finds something wrong with it.

    Raises:
        DatabaseUnusable: it did.
    """
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        for fault, advice in _HELP.items():
            if name.startswith(fault):
                raise DatabaseUnusable(path, str(error), advice) from error
        raise

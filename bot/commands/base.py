"""What every command has, and how each of them speaks on a terminal."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.config import Settings, load

DEFAULT_CONFIG = Path("config.toml")

#: Exit statuses: what was asked for was not done; it could not be understood; it was called off.
FAILED, MISUSED, INTERRUPTED = 1, 2, 130


@dataclass(frozen=True, kw_only=True)
class Command:
    """One word after `cutdown`."""

    name: str
    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def say(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """One line about what went wrong."""
    sys.stderr.write(f"cutdown: {' '.join(text.split())}\n")


def add_config(parser: argparse.ArgumentParser) -> None:
    """`--config`, the same for every command that needs the settings."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"settings; default: {DEFAULT_CONFIG}, where there is one"
    )


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings that `--config` names.

    Raises:
        ConfigInvalid: they cannot be used.
    """
    path: Path | None = arguments.config
    if path is None and DEFAULT_CONFIG.is_file():
        path = DEFAULT_CONFIG
    return load(path)

"""What commands share that need the settings."""

import argparse
import os
from pathlib import Path

from bot import environment
from bot.config import Settings, load

DEFAULT_CONFIG = Path("config.toml")


def add_config(parser: argparse.ArgumentParser) -> None:
    """`--config`, the same for every command that needs the settings."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"settings; default: ${environment.FILE}, else {DEFAULT_CONFIG}, where there is one",
    )


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings of the file that is told, named or here.

    Raises:
        ConfigInvalid: they cannot be used.
    """
    return load(file_of(arguments))


def file_of(arguments: argparse.Namespace) -> Path | None:
    """The file that `--config` tells, else the environment names, else lies here; `None`: there is none."""
    told: Path | None = arguments.config
    if told is None and (named := os.environ.get(environment.FILE)):
        told = Path(named)
    if told is None and DEFAULT_CONFIG.is_file():
        told = DEFAULT_CONFIG
    return told

"""What commands share that need the settings."""

import argparse
from pathlib import Path

from bot.config import Settings, load

DEFAULT_CONFIG = Path("config.toml")


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

"""The commands of the command line. One kind a file, called as the command is; this folder finds them."""

import importlib
import pkgutil
from collections.abc import Mapping

from bot.commands.base import Command


def find(name: str) -> Command | None:
    """The command of that name. No other is loaded: what one of them needs, the others need not wait for."""
    if name not in _files():
        return None
    command = getattr(importlib.import_module(f"{__name__}.{name}"), "COMMAND", None)
    return command if isinstance(command, Command) else None


def every() -> Mapping[str, Command]:
    """Name -> command, by name."""
    return {name: command for name in _files() if (command := find(name))}


def _files() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))

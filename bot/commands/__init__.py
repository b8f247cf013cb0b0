"""The commands of the command line. One kind a file; this folder finds them."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from bot.commands.base import Command


def _found() -> Iterator[Command]:
    for module in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
        command = getattr(importlib.import_module(module.name), "COMMAND", None)
        if isinstance(command, Command):
            yield command


#: name -> command, by name.
COMMANDS: Mapping[str, Command] = MappingProxyType({command.name: command for command in _found()})

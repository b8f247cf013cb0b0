"""The slash commands. One a file; this folder finds them."""

import importlib
import pkgutil
from collections.abc import Sequence

from discord import app_commands

from bot.chat.client import AnyCommand

KINDS = (app_commands.Command, app_commands.Group, app_commands.ContextMenu)


def _found() -> list[AnyCommand]:
    modules = [
        importlib.import_module(found.name) for found in pkgutil.iter_modules(__path__, f"{__name__}.")
    ]
    things = [thing for module in modules for thing in vars(module).values() if isinstance(thing, KINDS)]
    return [thing for thing in things if getattr(thing, "parent", None) is None]


#: Every command, by file name.
COMMANDS: Sequence[AnyCommand] = tuple(_found())

"""What a pressed button or a choice in a select does. One a file; this folder finds them."""

import importlib
import pkgutil
from collections.abc import Sequence

from bot.chat.actions.base import Answered


def _found() -> list[type[Answered]]:
    for found in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(found.name)
    return Answered.__subclasses__()


#: Every button and select that is answered, however old its message is.
ACTIONS: Sequence[type[Answered]] = tuple(_found())

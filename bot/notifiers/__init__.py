"""Who brings news to the outside. One kind a file; this folder finds them."""

import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from bot.notifiers.base import Means, Opener
from processing.news import Notifier


@asynccontextmanager
async def open_notifiers(means: Means) -> AsyncIterator[Mapping[str, Notifier]]:
    """Every notifier of this folder by its kind, closed at the end."""
    async with AsyncExitStack() as stack:
        notifiers = [await stack.enter_async_context(opened(means)) for opened in _openers()]
        yield {notifier.kind: notifier for notifier in notifiers}


def _openers() -> Iterator[Opener]:
    for module in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
        if opened := getattr(importlib.import_module(module.name), "opened", None):
            yield opened

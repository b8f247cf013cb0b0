"""What a notifier's file has to offer, and what it is given for it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from bot.chat.face import ChatFace
from bot.services import Services
from processing.news import Notifier


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a notifier may work with. The Discord face is there even where it is not connected."""

    services: Services
    chat: ChatFace


#: `opened` in a notifier's file: gives the notifier for as long as the block runs.
Opener = Callable[[Means], AbstractAsyncContextManager[Notifier]]

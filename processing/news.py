"""What is told of exports and of videos, and what it takes to bring it to one kind of destination."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from storage.intake_models import Intake
from storage.models import Destination, Event, Export, Quota, VideoEvent

#: Whatever a destination asks for: later than that no next attempt is.
LONGEST_PATIENCE_S = 6 * 3600.0


@dataclass(frozen=True, kw_only=True)
class News:
    """What a notifier tells of an export. `delivery_id` is the same in every attempt."""

    delivery_id: str
    event: Event
    export: Export
    destination: Destination
    quota: Quota
    occurred_at: datetime
    percent: int | None = None


@dataclass(frozen=True, kw_only=True)
class VideoNews:
    """What a notifier tells of a video that has come in, or could not."""

    delivery_id: str
    event: VideoEvent
    intake: Intake
    destination: Destination
    occurred_at: datetime


class Notifier(Protocol):
    """Knows one kind of destination."""

    kind: str

    async def notify(self, news: News | VideoNews) -> None:
        """Bring the news; return when the other side has it.

        Raises:
            Undeliverable: no later attempt can succeed.
            Exception: anything else is tried again; `RetryLater` says when.
        """


class Undeliverable(Exception):
    """The destination has gone, or will never take this."""


class RetryLater(Exception):
    """The destination asks for patience."""

    def __init__(self, message: str, *, after_s: float = 0.0) -> None:
        super().__init__(message)
        self.after_s = after_s

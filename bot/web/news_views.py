"""What callers are told of news: the log of what was sent, and the news themselves."""

from datetime import datetime

from bot.web.views import View
from storage.models import Delivery, DeliveryStatus, Event, VideoEvent


class DeliveryView(View):
    """One piece of news on its way to an endpoint."""

    id: str
    export_id: str | None
    video_id: str | None
    type: Event | VideoEvent
    percent: int | None
    url: str
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    created_at: datetime

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryView":
        """The delivery as its client sees it."""
        due = delivery.status is DeliveryStatus.DUE
        return cls(
            id=delivery.id,
            export_id=delivery.export_id,
            video_id=delivery.video_id,
            type=delivery.event,
            percent=delivery.percent,
            url=delivery.destination.address["url"],
            status=delivery.status,
            attempts=delivery.attempts,
            next_attempt_at=delivery.next_attempt_at if due else None,
            last_error=delivery.last_error,
            created_at=delivery.created_at,
        )


class DeliveriesView(View):
    """A page of the delivery log, newest first."""

    deliveries: list[DeliveryView]
    next_cursor: str | None


class NewsDataView(View):
    """The export that the news is about; what depends on the kind of news is absent from the others."""

    id: str
    status: str
    scene_id: str
    video_id: str
    user_id: str
    download_url: str | None = None
    page_url: str | None = None
    expires_at: datetime | None = None
    notes: list[str] | None = None
    error: str | None = None
    percent: int | None = None


class NewsView(View):
    """What is posted to a notify URL of an export."""

    type: Event
    timestamp: datetime
    data: NewsDataView


class VideoNewsDataView(View):
    """The video that the news is about; why there is none, or no scenes of it, when that failed."""

    id: str
    status: str
    user_id: str
    error: str | None = None


class VideoNewsView(View):
    """What is posted to a notify URL of a video."""

    type: VideoEvent
    timestamp: datetime
    data: VideoNewsDataView

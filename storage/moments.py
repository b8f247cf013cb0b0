"""How a moment is written in the database: UTC text that sorts."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The clock of the real service."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds.

    Raises:
        ValueError: the moment names no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    """The moment that `to_text` wrote."""
    return datetime.fromisoformat(text)


def from_optional(text: str | None) -> datetime | None:
    """The same for a column that may be empty."""
    return None if text is None else from_text(text)

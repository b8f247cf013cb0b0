"""A page of a list: so many rows, and the way to the next ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bot.web.calls import Call


class Row(Protocol):
    """What a list is of."""

    @property
    def id(self) -> str:
        """What a cursor names."""


Rows = TypeVar("Rows", bound=Row)


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Rows]):
    """The rows that are shown, and after which one the next page begins, where there is one."""

    rows: Sequence[Rows]
    next_cursor: str | None

    def headers(self, call: Call) -> dict[str, str]:
        """The way to the next page, as a `Link` (RFC 8288)."""
        if self.next_cursor is None:
            return {}
        url = call.link(str(call.request.rel_url.update_query(cursor=self.next_cursor)))
        return {"Link": f'<{url}>; rel="next"'}


def more_than(limit: int) -> int:
    """How many rows to ask for: the one too many says that there is a next page."""
    return limit + 1


def page_of(found: Sequence[Rows], *, limit: int) -> Page[Rows]:
    """The page that this many rows make."""
    shown = found[:limit]
    return Page(rows=shown, next_cursor=shown[-1].id if len(found) > limit else None)

"""A page of a list: so many rows, and the way to the next ones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, Protocol, TypeVar

from pydantic import BeforeValidator, WithJsonSchema

from bot.web.calls import Call


class Row(Protocol):
    """What a list is of."""

    @property
    def place(self) -> int:
        """What a cursor tells: it stays known when the row is gone."""


_CURSOR = re.compile(r"p([0-9]{1,18})", re.ASCII)


def _place(cursor: str) -> int:
    parts = _CURSOR.fullmatch(cursor)
    if parts is None:
        raise ValueError("take it from the next_cursor of a page")
    return int(parts[1])


#: After which place a page begins, as a caller was told it.
Cursor = Annotated[
    int, BeforeValidator(_place), WithJsonSchema({"type": "string", "pattern": f"^{_CURSOR.pattern}$"})
]
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
    return Page(rows=shown, next_cursor=f"p{shown[-1].place}" if len(found) > limit else None)

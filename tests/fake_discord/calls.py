"""A REST request, its answer, and the record of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fake_discord.world import Upload


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, taken apart."""

    route: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: dict[str, Upload]
    authorization: str


@dataclass(frozen=True)
class Reply:
    """What goes back."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request with its answer, for the test to look at."""

    route: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    files: list[str]
    status: int  #: 0 = the connection was dropped
    answer: Any
    at: datetime


NOTHING = Reply(None, 204)

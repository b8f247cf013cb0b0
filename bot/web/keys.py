"""Under which keys the web application keeps what it was handed and what it remembers."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from bot.services import Services
from bot.web.posters import Posters
from bot.web.request_figures import RequestFigures
from bot.web.room import Room

SERVICES = web.AppKey("services", Services)
#: (client, idempotency key) of every request that is being worked on.
IN_FLIGHT: web.AppKey[set[tuple[str, str]]] = web.AppKey("in_flight", set)
#: Signed uploads under way: who sends them is known only at their end, so there must not be many.
UNPROVEN = web.AppKey("unproven", Room)
#: What has to be well besides: name -> whether it is.
CONDITIONS: web.AppKey[Mapping[str, Callable[[], bool]]] = web.AppKey("conditions", Mapping)
#: Set when the service closes, so that those who wait for news are let go.
CLOSING = web.AppKey("closing", asyncio.Event)
POSTERS = web.AppKey("posters", Posters)
#: The OpenAPI document, made once.
DOCUMENT: web.AppKey[dict[str, Any]] = web.AppKey("document", dict)
METRICS = web.AppKey("metrics", RequestFigures)
#: The connections that are open.
ROOM = web.AppKey("room", Room)

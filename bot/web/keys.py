"""Under which key the web application keeps what it was handed."""

from aiohttp import web

from bot.services import Services

SERVICES = web.AppKey("services", Services)

"""The document of the HTTP face, and a page to read and try it that needs nothing from elsewhere."""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler
from openapi_ui_bundles import rapidoc

from bot.web.keys import DOCUMENT

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cutdown: the HTTP face</title>
<script type="module" src="/docs/rapidoc-min.js"></script>
</head>
<body>
<rapi-doc spec-url="/openapi.json" render-style="read" load-fonts="false" show-header="false"
 schema-description-expanded="true" allow-server-selection="false"></rapi-doc>
</body>
</html>
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


async def openapi(request: web.Request) -> web.Response:
    """The OpenAPI document."""
    return web.json_response(request.app[DOCUMENT])


async def page(request: web.Request) -> web.Response:
    """The page."""
    return web.Response(text=PAGE, content_type="text/html", headers={"Content-Security-Policy": POLICY})


async def script(request: web.Request) -> web.StreamResponse:
    """What draws the page."""
    return web.FileResponse(Path(rapidoc.static_path, "rapidoc-min.js"))


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/openapi.json", openapi),
    ("GET", "/docs", page),
    ("GET", "/docs/rapidoc-min.js", script),
)

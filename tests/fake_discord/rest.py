"""The way of every REST request: recorded, held back or refused on the test's command, judged, answered."""

import asyncio
import json
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fake_discord.calls import Call, Exchange, Reply
from tests.fake_discord.errors import ApiError
from tests.fake_discord.faults import Faults, Trouble
from tests.fake_discord.openapi import Judge
from tests.fake_discord.world import Upload

API = "/api/v10"
OPEN = ("/webhooks/", "/interactions/")  #: routes whose address is the secret; the others need the token


Handler = Callable[[Call], Reply]


class Rest:
    """Serves a table of routes, named as in Discord's OpenAPI document: `GET /users/@me`."""

    def __init__(
        self,
        routes: Mapping[str, Handler],
        *,
        judge: Judge | None,
        report: Callable[[str], None],
        happened: Callable[[], None],
        authorized: Callable[[str], bool],
    ) -> None:
        self._routes = routes
        self._judge = judge
        self._report = report
        self._happened = happened
        self._authorized = authorized
        self.faults = Faults(routes.keys(), happened)
        self.exchanges: list[Exchange] = []

    def add_to(self, app: web.Application) -> None:
        for route in self._routes:
            method, path = route.split(" ", 1)
            app.router.add_route(method, API + path, self._serve(route))
        app.router.add_route("*", "/api/{anything:.*}", self._unknown)

    def _serve(self, route: str) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.Response:
            try:
                call = await _take_apart(route, request)
                return await self._answer(call, request)
            except asyncio.CancelledError:
                raise
            except Exception:
                self._report(f"the fake itself failed at {route}:\n{traceback.format_exc()}")
                raise

        return serve

    async def _answer(self, call: Call, request: web.Request) -> web.Response:
        wrong = self._check(call)
        fault = self.faults.meet(call)
        if fault is not None and fault.trouble is Trouble.HELD:
            await fault.released()
        if fault is not None and fault.trouble is Trouble.CUT:
            return self._cut(call, request)
        reply = fault.reply if fault is not None and fault.reply is not None else self._reply(call, wrong)
        if self._judge is not None:
            for line in self._judge.answer(call.route, status=reply.status, body=reply.body):
                self._report(f"fake's answer: {line}")
        if fault is not None and fault.trouble is Trouble.UNHEARD:
            return self._cut(call, request)
        self._record(call, reply)
        return _response(call, reply)

    def _cut(self, call: Call, request: web.Request) -> web.Response:
        self._record(call, Reply(None, 0))
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _check(self, call: Call) -> list[str]:
        """Judges the request; what is wrong with it is reported and returned."""
        if self._judge is None:
            return []
        lines = self._judge.request(call.route, params=call.params, query=call.query, body=call.body)
        for line in lines:
            self._report(f"bot's request: {line}")
        return lines

    def _reply(self, call: Call, wrong: list[str]) -> Reply:
        try:
            if not call.route.split(" ")[1].startswith(OPEN) and not self._authorized(call.authorization):
                raise ApiError(0)
            if wrong:
                raise ApiError(50035, wrong[0])
            return self._routes[call.route](call)
        except ApiError as error:
            return Reply({"message": str(error), "code": error.code}, error.status)

    def _record(self, call: Call, reply: Reply) -> None:
        self.exchanges.append(
            Exchange(
                route=call.route,
                method=call.route.split(" ")[0],
                path=call.path,
                query=call.query,
                body=call.body,
                files=[upload.filename for upload in call.files.values()],
                status=reply.status,
                answer=reply.body,
                at=datetime.now(UTC),
            )
        )
        self._happened()

    async def _unknown(self, request: web.Request) -> web.Response:
        self._report(f"the fake has no route {request.method} {request.path}")
        return web.json_response({"message": "404: Not Found", "code": 0}, status=404)


async def _take_apart(route: str, request: web.Request) -> Call:
    body: Any = None
    files: dict[str, Upload] = {}
    if request.content_type == "multipart/form-data":
        body, files = await _parts(request)
    elif request.can_read_body:
        body = await request.json(loads=json.loads)
    return Call(
        route=route,
        path=request.path.removeprefix(API),
        params=dict(request.match_info),
        query=dict(request.query),
        body=body,
        files=files,
        authorization=request.headers.get("Authorization", ""),
    )


async def _parts(request: web.Request) -> tuple[Any, dict[str, Upload]]:
    body: Any = None
    files: dict[str, Upload] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader), "a multipart body within a multipart body"
        name = part.name or ""
        if name == "payload_json":
            body = json.loads(await part.text())
        else:
            assert name.startswith("files["), f"unexpected part {name!r} of a multipart body"
            files[name] = Upload(part.filename or "file", await part.read())
    return body, files


def _response(call: Call, reply: Reply) -> web.Response:
    """Content-Type is exactly `application/json`: with a charset, discord.py would not read it."""
    headers = {
        "Via": "1.1 google",
        "X-RateLimit-Limit": "50",
        "X-RateLimit-Remaining": "49",
        "X-RateLimit-Reset": f"{datetime.now(UTC).timestamp() + 1:.3f}",
        "X-RateLimit-Reset-After": "1.000",
        "X-RateLimit-Bucket": f"{abs(hash(call.route)):032x}"[:32],
        **reply.headers,
    }
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    text = json.dumps(reply.body).encode()
    return web.Response(
        status=reply.status, body=text, headers={**headers, "Content-Type": "application/json"}
    )

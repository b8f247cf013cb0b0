"""Turns everything that can go wrong into RFC 9457 problem details: the one place for HTTP."""

import errno
import math
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError

from bot.signatures import SignatureInvalid
from bot.web.keys import SERVICES
from processing.errors import (
    ExportError,
    IdempotencyConflict,
    QuotaExceeded,
    Refusal,
    SceneNotFound,
    SourceRefused,
    TooManyAtOnce,
    VideoNotFound,
)

log = structlog.get_logger()

DAY_S = 86_400


class Problem(Exception):
    """A refusal that only HTTP knows; `extra` goes into the answer beside the standard members."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.headers = headers or {}
        self.extra = extra or {}


def not_found(what: str) -> Problem:
    """The same answer for what does not exist and for what the caller may not see."""
    return Problem(404, "not_found", f"There is no such {what}.")


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every failure with problem details, and never with a trace."""
    try:
        return await handler(request)
    except ConnectionError:
        raise
    except Exception as error:
        problem = translated(error, now=request.app[SERVICES].now())
        if problem.status == HTTPStatus.INSUFFICIENT_STORAGE:
            # foreseen, and a full disk must not be filled with traces of it
            log.warning("no room for a request", method=request.method, path=request.path, error=str(error))
        elif problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.exception("request broke", method=request.method, path=request.path)
        return answer(problem)


def answer(problem: Problem) -> web.Response:
    """The problem as a response."""
    return web.json_response(
        document(problem),
        status=problem.status,
        headers=problem.headers,
        content_type="application/problem+json",
    )


def document(problem: Problem) -> dict[str, Any]:
    """The problem as JSON: `code` is for programs, `detail` for people."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": str(problem),
        **problem.extra,
    }


def translated(error: Exception, *, now: datetime) -> Problem:
    """What an error means to a caller over HTTP."""
    match error:
        case Problem():
            return error
        case web.HTTPException():
            return _of_server(error)
        case ValidationError():
            return _of_fields(error)
        case SignatureInvalid():
            return unauthorized(str(error))
        case ExportError():
            return _of_export(error, now=now)
        case OSError(errno=errno.ENOSPC):
            return Problem(507, "no_room", "There is no room for this on our side; come again later.")
        case _:
            return Problem(500, "internal_error", "Something went wrong on our side.")


def unauthorized(detail: str) -> Problem:
    """401, with the way to do it right."""
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": 'Bearer realm="cutdown"'})


def rate_limit(*, limit: int, remaining: int, resets_at: datetime, now: datetime) -> dict[str, str]:
    """The headers that tell how much of the day is left."""
    left_s = max(1, math.ceil((resets_at - now).total_seconds()))
    return {
        "RateLimit-Policy": f'"exports-per-day";q={limit};w={DAY_S}',
        "RateLimit": f'"exports-per-day";r={remaining};t={left_s}',
    }


def _of_export(error: ExportError, *, now: datetime) -> Problem:
    match error:
        case QuotaExceeded():
            headers = rate_limit(limit=error.limit, remaining=0, resets_at=error.resets_at, now=now)
            headers["Retry-After"] = headers["RateLimit"].rpartition("t=")[2]
            extra = {"limit": error.limit, "resets_at": error.resets_at.isoformat()}
            return Problem(429, error.code, str(error), headers=headers, extra=extra)
        case TooManyAtOnce():
            return Problem(429, error.code, str(error), headers={"Retry-After": "10"})
        case SceneNotFound() | VideoNotFound():
            return Problem(404, error.code, str(error))
        case IdempotencyConflict():
            return Problem(422, error.code, str(error))
        case SourceRefused():
            status = 413 if error.reason is Refusal.TOO_LARGE_A_FILE else 400
            return Problem(status, error.code, str(error), extra={"reason": error.reason.name.lower()})
        case _:
            return Problem(400, error.code, str(error))


def _of_server(error: web.HTTPException) -> Problem:
    """aiohttp's own refusals: their status and headers hold, their text does not."""
    phrase = HTTPStatus(error.status).phrase
    headers = {name: value for name, value in error.headers.items() if name in ("Allow", "Location")}
    return Problem(error.status, phrase.lower().replace(" ", "_"), f"{phrase}.", headers=headers)


def _of_fields(error: ValidationError) -> Problem:
    faults = [
        {"field": ".".join(map(str, fault["loc"])) or "body", "message": _said(fault["type"], fault["msg"])}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    detail = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults)
    return Problem(400, "invalid_input", f"{detail}.", extra={"errors": faults})


def _said(kind: str, message: str) -> str:
    return "there is no such field" if kind == "extra_forbidden" else message.removeprefix("Value error, ")

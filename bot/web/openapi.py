"""Writes the OpenAPI 3.1 document from the routes and from the models that check what they take."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.web.bodies import form_schema
from bot.web.calls import may_be_left_out
from bot.web.export_views import AcceptedView, BatchView
from bot.web.news_views import NewsView, VideoNewsView
from bot.web.routes import Route
from bot.web.views import ProblemView

SCHEMA = "#/components/schemas/{model}"
SECURITY: Mapping[str, Any] = {
    "token": {"type": "http", "scheme": "bearer"},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "Standard Webhooks, together with webhook-id and webhook-timestamp.",
    },
}
KEY_PARAMETER: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Your own name for this request; sent again with the same body it starts nothing new.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}


def document(routes: Sequence[Route], *, base_url: str) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cutdown",
            "version": version("cutdown"),
            "description": "Turns a scene of a video into a vertical short, and says when it is there.",
        },
        "servers": [{"url": base_url}],
        "security": [{name: []} for name in SECURITY],
        "paths": paths,
        "webhooks": {
            "export": {"post": _news("an export", NewsView)},
            "video": {"post": _news("a video that comes in", VideoNewsView)},
        },
        "components": {"securitySchemes": dict(SECURITY), "schemas": _schemas(routes)},
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": getattr(route.handler, "__name__", route.path),
        "summary": (route.handler.__doc__ or "").strip(),
        "tags": [route.path.split("/")[2]],
        "parameters": _parameters(route),
        "responses": {
            **{str(status): _answer(status, model, route.gives) for status, model in route.answers.items()},
            "default": _answer(0, ProblemView),
        },
    }
    content: dict[str, Any] = {}
    if route.body is not None:
        content |= _content("application/json", _reference(route.body))["content"]
    if route.takes_upload:
        content |= _content("multipart/form-data", form_schema())["content"]
    if content:
        needed = route.takes_upload or route.body is None or not may_be_left_out(route.body)
        operation["requestBody"] = {"content": content, "required": needed}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    if route.query is not None:
        properties = route.query.model_json_schema()["properties"]
        parameters += [
            {"name": name, "in": "query", "schema": schema, "required": False}
            for name, schema in properties.items()
        ]
    if {AcceptedView, BatchView} & set(route.answers.values()):
        parameters.append(dict(KEY_PARAMETER))
    return parameters


def _answer(status: int, model: type[BaseModel] | None, gives: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase if status else "Any refusal"}
    if status >= 400 or not status:
        answer |= _content("application/problem+json", _reference(ProblemView))
    elif model is not None:
        answer |= _content("application/json", _reference(model))
    elif gives and status == 200:
        answer |= _content(gives, {})
    return answer


def _news(of: str, model: type[BaseModel]) -> dict[str, Any]:
    return {
        "summary": f"News of {of}, signed with the client's first secret (Standard Webhooks)",
        "requestBody": _content("application/json", _reference(model)),
        "responses": {
            "2XX": {"description": "Taken"},
            "410": {"description": "Gone: send no more"},
        },
    }


def _content(kind: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"content": {kind: {"schema": schema}}}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": SCHEMA.format(model=model.__name__)}


def _schemas(routes: Sequence[Route]) -> dict[str, Any]:
    taken = {route.body for route in routes if route.body}
    given = {model for route in routes for model in route.answers.values() if model}
    used = [(model, "validation") for model in taken] + [
        (model, "serialization") for model in given | {ProblemView, NewsView, VideoNewsView}
    ]
    _, schemas = models_json_schema(
        sorted(used, key=lambda pair: pair[0].__name__),  # type: ignore[arg-type]
        ref_template=SCHEMA,
    )
    return dict(schemas["$defs"])

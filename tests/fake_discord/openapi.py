"""Judges requests and answers by Discord's own OpenAPI document."""

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs

LEFT_OUT = "Discord's OpenAPI document is not here: what the bot and the fake said was not checked against it"

#: Where the document says less than Discord does: discord.py sends ids as numbers in places
#: (`recipient_id`, `allowed_mentions`, `attachments`), and Discord has always taken them so.
NUMBER_OR_TEXT = {"type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)$"}


def find() -> Path | None:
    """The document's place: named by DISCORD_OPENAPI, or beside the repository; `None`: not here."""
    beside = Path(__file__).parents[3] / "shared" / "discord" / "openapi.json"
    path = Path(os.environ.get("DISCORD_OPENAPI") or beside)
    return path if path.is_file() else None


@cache
def judge(path: Path) -> "Judge":
    """One judge a document: its validators are compiled when first needed and kept."""
    return Judge(json.loads(path.read_text(encoding="utf-8")))


class Judge:
    """Says in readable lines what is wrong with a value; no line means nothing is."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._paths = document["paths"]
        schemas = {**document["components"]["schemas"], "SnowflakeType": NUMBER_OR_TEXT}
        lenient = {**document, "components": {**document["components"], "schemas": schemas}}
        self._registry = jsonschema_rs.Registry([("urn:answer", document), ("urn:request", lenient)])
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def component(self, name: str, value: Any) -> list[str]:
        """Judges what the fake sends under one of the document's named schemas."""
        return [f"{name} {line}" for line in self._check(f"urn:answer#/components/schemas/{name}", value)]

    def request(
        self, route: str, *, params: Mapping[str, str], query: Mapping[str, str], body: Any
    ) -> list[str]:
        """Judges what the bot sent: path and query parameters, and the JSON body."""
        operation, pointer = self._operation(route)
        if operation is None:
            return [f"{route}: the document has no such operation"]
        lines = [*self._parameters(route, params, "path"), *self._parameters(route, query, "query")]
        if "requestBody" in operation:
            lines += self._check(f"urn:request#{pointer}/requestBody/content/application~1json/schema", body)
        elif body is not None:
            lines.append("a body where none belongs")
        return [f"{route}: {line}" for line in lines]

    def answer(self, route: str, *, status: int, body: Any) -> list[str]:
        """Judges what the fake answered. The document does not describe 5xx."""
        operation, pointer = self._operation(route)
        if operation is None or status >= 500:
            return []
        if status >= 400:
            name = "RatelimitedResponse" if status == 429 else "ErrorResponse"
            return [f"{route} {status}: {line}" for line in self.component(name, body)]
        if str(status) not in operation["responses"]:
            return [f"{route}: the document knows no answer {status}"]
        if "content" not in operation["responses"][str(status)]:
            return [] if body is None else [f"{route} {status}: a body where none belongs"]
        schema = f"urn:answer#{pointer}/responses/{status}/content/application~1json/schema"
        return [f"{route} {status}: {line}" for line in self._check(schema, body)]

    def _operation(self, route: str) -> tuple[dict[str, Any] | None, str]:
        method, path = route.split(" ", 1)
        pointer = f"/paths/{quote(path.replace('/', '~1'))}/{method.lower()}"
        return self._paths.get(path, {}).get(method.lower()), pointer

    def _parameters(self, route: str, given: Mapping[str, str], place: str) -> Iterator[str]:
        method, path = route.split(" ", 1)
        item = self._paths[path]
        declared = [*item.get("parameters", []), *item[method.lower()].get("parameters", [])]
        schemas = {p["name"]: p["schema"] for p in declared if p["in"] == place}
        for name, text in given.items():
            if name not in schemas:
                yield f"{place} parameter {name!r} is unknown"
            elif lines := self._check_parameter(schemas[name], text):
                yield f"{place} parameter {name!r}: {lines[0]}"

    def _check_parameter(self, schema: dict[str, Any], text: str) -> list[str]:
        value: Any = text
        if schema.get("type") == "boolean":
            value = {"1": True, "true": True, "0": False, "false": False}.get(text.lower(), text)
        elif schema.get("type") == "integer" and text.isdigit():
            value = int(text)
        return self._check(json.dumps(schema).replace('"#/', '"urn:answer#/'), value)

    def _check(self, schema: str, value: Any) -> list[str]:
        if schema not in self._validators:
            self._validators[schema] = jsonschema_rs.Draft202012Validator(
                json.loads(schema) if schema.startswith("{") else {"$ref": schema},
                registry=self._registry,
                validate_formats=True,
                offline=True,
            )
        errors = self._validators[schema].iter_errors(value)
        return [line for error in errors for line in _explain(error)]


def _explain(error: jsonschema_rs.ValidationError) -> Iterator[str]:
    """Follows a failed union into the branch that was meant: the one whose `type` fits."""
    branches = getattr(error.kind, "context", None)
    if not branches:
        place = "/".join(str(part) for part in error.instance_path)
        yield f"at {place or 'top'}: {error.message[:300]}"
        return
    meant = min(branches, key=lambda branch: (any(_strays(error, inner) for inner in branch), len(branch)))
    for inner in meant:
        yield from _explain(inner)


def _strays(union: jsonschema_rs.ValidationError, inner: jsonschema_rs.ValidationError) -> bool:
    """Whether a branch was never meant: it wants another kind of value, or another `type` of object."""
    below = inner.instance_path[len(union.instance_path) :]
    return below == ["type"] or (not below and inner.kind.name == "type")

"""`cutdown settings`: every setting with its default, as a file to start from."""

import argparse
import json
import textwrap
from collections.abc import Iterator
from pathlib import PurePath

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.commands.base import Command, say
from bot.config import ClientSettings, Settings

HEAD = """\
# Every setting of Cutdown, with its default. Copy this file to config.toml and change what you need.
# Each one can also be set in the environment, which wins: CUTDOWN_DISCORD__TOKEN, CUTDOWN_SERVICE__PORT, …
# A list is written there as JSON: CUTDOWN_INGEST__FOLDERS='["/srv/films", "/srv/talks"]'
"""
CLIENT_EXAMPLE = {"name": '"n8n"', "secrets": '["whsec_…"]', "token_hashes": '["…"]', "users": '["*"]'}


def example() -> str:
    """The text of config.example.toml."""
    return "\n".join([HEAD, *_sections(), *_client()]) + "\n"


def _sections() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from _comment(section.__doc__ or "", "")
            yield f"[{name}]"
            for key, setting in section.model_fields.items():
                yield from _comment(setting.description or "", "")
                yield f"{key} = {_toml(setting.default)}"
            yield ""


def _client() -> Iterator[str]:
    """Clients have no default: there are none until somebody adds one."""
    yield from _comment(ClientSettings.__doc__ or "", "")
    yield "# [[clients]]"
    for key, setting in ClientSettings.model_fields.items():
        yield from _comment(setting.description or "", "# ")
        yield f"# {key} = {CLIENT_EXAMPLE.get(key) or _toml(_default(setting))}"


def _default(setting: FieldInfo) -> object:
    return "" if setting.is_required() else setting.default


def _comment(text: str, prefix: str) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent=f"{prefix}# ", subsequent_indent=f"{prefix}# ")


def _toml(value: object) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return json.dumps(str(value) if isinstance(value, PurePath) else value, ensure_ascii=False)


def _run(_: argparse.Namespace) -> int:
    say(example().rstrip("\n"))
    return 0


COMMAND = Command(
    name="settings",
    summary="print every setting with its default, as a file to start from",
    add_arguments=lambda parser: None,
    run=_run,
)

"""The application commands that the bot has synced, and how a user's call of one looks on the wire."""

import enum
from collections.abc import Mapping
from typing import Any

from tests.fake_discord.world import Channel, Context, Guild

Json = dict[str, Any]


class CommandKind(enum.IntEnum):
    """What a user clicks or types to call a command."""

    SLASH = 1
    USER = 2
    MESSAGE = 3


class OptionKind(enum.IntEnum):
    """The kinds of option, as Discord counts them."""

    SUBCOMMAND = 1
    GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


NESTED = (OptionKind.SUBCOMMAND, OptionKind.GROUP)


class Commands:
    """Scope (a guild's id, or `None` for everywhere) -> what was synced there."""

    def __init__(self) -> None:
        self._scopes: dict[str | None, list[Json]] = {}
        self.syncs = 0

    def of(self, guild_id: str | None) -> list[Json]:
        return self._scopes.get(guild_id, [])

    def replace(self, guild_id: str | None, commands: list[Json]) -> None:
        self._scopes[guild_id] = commands
        self.syncs += 1

    def find(self, name: str, kind: CommandKind, guild: Guild | None) -> Json | None:
        """The command of that name that a user in the guild sees."""
        seen = [*(self.of(guild.id) if guild else []), *self.of(None)]
        return next((c for c in seen if c["name"] == name and c["type"] == kind), None)


def answered_command(command: Json, *, command_id: str, application_id: str, guild_id: str | None) -> Json:
    """A synced command as Discord gives it back."""
    made = {key: value for key, value in command.items() if value is not None}
    made |= {"id": command_id, "application_id": application_id, "version": command_id}
    made |= {"type": command.get("type") or 1, "description": command.get("description") or ""}
    made["default_member_permissions"] = _text(command.get("default_member_permissions"))
    if "options" in made:
        made["options"] = [_answered_option(option) for option in made["options"]]
    return made | ({"guild_id": guild_id} if guild_id else {})


def require_allowed(command: Json, channel: Channel, *, user_install: bool) -> None:
    """Raises AssertionError when a user could not call the command in that channel."""
    contexts = command.get("contexts")
    where = Context(channel.context)
    assert contexts is None or where in contexts, f"/{command['name']} is not for {where.name}"
    installs = command.get("integration_types") or [0]
    needed = 1 if user_install or not channel.has_bot else 0
    assert needed in installs, f"/{command['name']} is not for installation kind {needed}"


def options_of(command: Json, words: list[str], values: Mapping[str, Any], focused: str | None) -> list[Json]:
    """The nested `options` of a call: sub-command words first, then the user's values.

    Raises:
        AssertionError: Discord would not let the user send this.
    """
    declared = {option["name"]: option for option in command.get("options", [])}
    if words:
        assert words[0] in declared, f"{command['name']} has no sub-command {words[0]!r}"
        inner = declared[words[0]]
        nested = options_of(inner, words[1:], values, focused)
        return [{"name": inner["name"], "type": inner["type"], "options": nested}]
    assert not any(o["type"] in NESTED for o in declared.values()), f"{command['name']} needs a sub-command"
    unknown = set(values) - set(declared)
    assert not unknown, f"{command['name']} has no options {sorted(unknown)}, only {sorted(declared)}"
    if focused is None:
        missing = [name for name, o in declared.items() if o.get("required") and name not in values]
        assert not missing, f"{command['name']} needs {missing}"
    return [_option(declared[name], value, focused == name) for name, value in values.items()]


def _option(declared: Json, value: Any, focused: bool) -> Json:
    kind, name = OptionKind(declared["type"]), declared["name"]
    choices = [choice["value"] for choice in declared.get("choices", [])]
    assert focused or not choices or value in choices, f"{name} can be {choices}, not {value!r}"
    if not focused:
        _require_within(declared, value)
    made = {"name": name, "type": int(kind), "value": value}
    return made | ({"focused": True} if focused else {})


def _require_within(declared: Json, value: Any) -> None:
    size = len(value) if isinstance(value, str) else value
    lowest = declared.get("min_value", declared.get("min_length"))
    highest = declared.get("max_value", declared.get("max_length"))
    assert lowest is None or size >= lowest, f"{declared['name']} must be at least {lowest}: {value!r}"
    assert highest is None or size <= highest, f"{declared['name']} must be at most {highest}: {value!r}"


def _answered_option(option: Json) -> Json:
    made = {key: value for key, value in option.items() if value is not None}
    if "options" in made:
        made["options"] = [_answered_option(inner) for inner in made["options"]]
    if "choices" in made:
        made["choices"] = [{k: v for k, v in choice.items() if v is not None} for choice in made["choices"]]
    return made


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)

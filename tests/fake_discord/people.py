"""What users do: they call commands, click, choose, fill in modals, and write messages."""

import time
from collections.abc import Mapping
from typing import Any

from tests.fake_discord import posting
from tests.fake_discord.changes import Changes
from tests.fake_discord.commands import CommandKind, Commands, options_of, require_allowed
from tests.fake_discord.components import walk
from tests.fake_discord.gateway import Gateway
from tests.fake_discord.interactions import Interaction, InteractionKind, Json
from tests.fake_discord.messages import Message
from tests.fake_discord.payloads import channel_json, member_json, message_json, user_json
from tests.fake_discord.world import Channel, Upload, User, World

CHOOSING = {3, 5, 6, 7, 8, 19, 22}  #: component types whose answer is a list of `values`


class People:
    """Every action waits for a connected bot, sends INTERACTION_CREATE, and returns its handle."""

    def __init__(
        self,
        world: World,
        commands: Commands,
        gateway: Gateway,
        changes: Changes,
        known: dict[str, Interaction],
    ) -> None:
        self._world = world
        self._commands = commands
        self._gateway = gateway
        self._changes = changes
        self._known = known
        self.interactions: list[Interaction] = []

    def post(self, channel: Channel, *, user: User, content: str = "", files: list[Upload]) -> Message:
        """A user writes a message; the bot, which has no message intent, does not hear of it."""
        state = message_json(self._world, channel, user)
        state["content"] = content
        state["attachments"] = [posting.attach(self._world, channel, f, filename=f.filename) for f in files]
        message = Message(channel=channel, author=user, state=state)
        channel.messages[message.id] = message
        return message

    async def command(
        self,
        name: str,
        kind: CommandKind,
        *,
        user: User,
        channel: Channel,
        options: Mapping[str, Any],
        focused: str | None = None,
        target: Message | None = None,
        **where: Any,
    ) -> Interaction:
        first, *words = name.split(" ") if kind is CommandKind.SLASH else [name]
        command = await self._synced(first, kind, channel, where.pop("timeout_s", None))
        require_allowed(command, channel, user_install=where.get("user_install", False))
        data: Json = {"id": command["id"], "name": command["name"], "type": int(kind)}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        if kind is CommandKind.SLASH:
            resolved, values = self._resolve(options, channel)
            data |= {"options": options_of(command, words, values, focused)}
            data |= {"resolved": resolved} if resolved else {}
        elif target is not None:
            data |= {"target_id": target.id, "resolved": {"messages": {target.id: target.state}}}
        what = InteractionKind.COMMAND if focused is None else InteractionKind.AUTOCOMPLETE
        handle = await self._send(what, data, user=user, channel=channel, **where)
        handle.command_kind = int(kind)
        return handle

    async def use(
        self, message: Message, name: str, *, user: User, values: list[str] | None = None, **where: Any
    ) -> Interaction:
        """Clicks a button, or chooses `values` in a select."""
        control = message.control(name)
        data: Json = {
            "id": control["id"],
            "custom_id": control["custom_id"],
            "component_type": control["type"],
        }
        if values is not None:
            offered = [option["value"] for option in control.get("options", [])]
            assert control["type"] != 3 or set(values) <= set(offered), (
                f"{name} offers {offered}, not {values}"
            )
            data["values"] = values
        extra = {"message": message.state}
        channel = message.channel
        return await self._send(
            InteractionKind.COMPONENT, data, user=user, channel=channel, source=message, extra=extra, **where
        )

    async def submit(self, opened: Interaction, values: Mapping[str, Any], **where: Any) -> Interaction:
        """Fills in the modal that an interaction opened; fields not named keep what they show."""
        modal = await opened.modal()
        fields = {c["custom_id"] for c in walk(modal["components"]) if "custom_id" in c}
        assert set(values) <= fields, f"the modal has {sorted(fields)}, not {sorted(set(values) - fields)}"
        numbers = iter(range(1, 1000))
        data = {
            "custom_id": modal["custom_id"],
            "components": [_filled(part, values, numbers) for part in modal["components"]],
            "resolved": {},
        }
        extra = {"message": opened.source.state} if opened.source else {}
        return await self._send(
            InteractionKind.MODAL,
            data,
            user=opened.user,
            channel=opened.channel,
            source=opened.source,
            origin=opened,
            extra=extra,
            **where,
        )

    async def _synced(self, name: str, kind: CommandKind, channel: Channel, timeout_s: float | None) -> Json:
        def look() -> Json | None:
            return self._commands.find(name, kind, channel.guild)

        return await self._changes.until(
            look, f"the bot to sync the {kind.name} command {name!r}", timeout_s=timeout_s
        )

    async def _send(
        self,
        kind: InteractionKind,
        data: Json,
        *,
        user: User,
        channel: Channel,
        extra: Json | None = None,
        source: Message | None = None,
        origin: Interaction | None = None,
        forced_ephemeral: bool = False,
        user_install: bool = False,
        connected: bool = True,
    ) -> Interaction:
        if connected:
            await self._changes.until(lambda: self._gateway.connected, "a bot at the gateway")
        owners = _owners(user, channel, user_install=user_install)
        payload = self._payload(kind, data, user, channel) | {"authorizing_integration_owners": owners}
        payload |= extra or {}
        handle = Interaction(
            changes=self._changes,
            id=payload["id"],
            kind=kind,
            token=payload["token"],
            user=user,
            channel=channel,
            payload=payload,
            sent_at=time.monotonic(),
            forced_ephemeral=forced_ephemeral,
            source=source,
            origin=origin,
        )
        self._known[handle.token] = handle
        self.interactions.append(handle)
        await self._gateway.dispatch("INTERACTION_CREATE", payload)
        return handle

    def _payload(self, kind: InteractionKind, data: Json, user: User, channel: Channel) -> Json:
        id_ = self._world.snowflakes.next()
        made: Json = {
            "id": id_,
            "application_id": self._world.application_id,
            "type": int(kind),
            "token": f"interaction-token-{id_}",
            "version": 1,
            "data": data,
            "channel_id": channel.id,
            "channel": channel_json(channel),
            "app_permissions": str(channel.bot_permissions),
            "locale": user.locale,
            "entitlements": [],
            "context": int(channel.context),
            "attachment_size_limit": self._world.upload_limit_bytes,
        }
        guild = channel.guild
        if guild is None:
            return {**made, "user": user_json(user)}
        made["channel"]["permissions"] = str(guild.permissions_of(user))
        return {
            **made,
            "guild_id": guild.id,
            "guild": {"id": guild.id, "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": {**member_json(user), "permissions": str(guild.permissions_of(user))},
        }

    def _resolve(self, options: Mapping[str, Any], channel: Channel) -> tuple[Json, Json]:
        """Files, users and channels among the values become ids, and are told in `resolved`."""
        resolved: Json = {}
        values = dict(options)
        for name, value in options.items():
            if isinstance(value, Upload):
                kind, made = (
                    "attachments",
                    posting.attach(self._world, channel, value, filename=value.filename),
                )
            elif isinstance(value, User):
                kind, made = "users", user_json(value)
            elif isinstance(value, Channel):
                kind, made = "channels", {**channel_json(value), "permissions": str(value.bot_permissions)}
            else:
                continue
            resolved.setdefault(kind, {})[made["id"]] = made
            values[name] = made["id"]
        return resolved, values


def _owners(user: User, channel: Channel, *, user_install: bool) -> Json:
    """By whose installation the bot is called: 0 the guild's (or the bot's own DM), 1 the user's."""
    if user_install or not channel.has_bot:
        return {"1": user.id}
    return {"0": channel.guild.id if channel.guild is not None else "0"}


def _filled(part: Json, values: Mapping[str, Any], numbers: Any) -> Json:
    """One part of a modal as it comes back."""
    made: Json = {"type": part["type"], "id": part.get("id") or next(numbers)}
    if part.get("components"):
        made["components"] = [_filled(inner, values, numbers) for inner in part["components"]]
    if part.get("component"):
        made["component"] = _filled(part["component"], values, numbers)
    if "custom_id" in part:
        made["custom_id"] = part["custom_id"]
        key = "values" if part["type"] in CHOOSING else "value"
        made[key] = values.get(part["custom_id"], _shown(part))
    return made


def _shown(part: Json) -> Any:
    """What a field holds when the user leaves it alone."""
    chosen = [option["value"] for option in part.get("options", []) if option.get("default")]
    if part["type"] in CHOOSING:
        return chosen or [one["id"] for one in part.get("default_values", [])]
    if part["type"] == 21:
        return chosen[0] if chosen else None
    if part["type"] == 23:
        return part.get("default", False)
    return part.get("value") or ""

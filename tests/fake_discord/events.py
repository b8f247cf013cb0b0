"""Which parts of the gateway's events Discord's OpenAPI document describes: it has no gateway of its own."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

#: key of an interaction's `resolved` -> schema of each thing in it
RESOLVED = {
    "users": "UserResponse",
    "attachments": "MessageAttachmentResponse",
    "messages": "MessageResponse",
}


def described(name: str, data: Json) -> Iterator[tuple[str, Any]]:
    """Pairs of a schema's name and the value that it describes."""
    if name == "READY":
        yield "UserPIIResponse", data["user"]
    elif name == "GUILD_CREATE":
        yield "GuildResponse", data
        for channel in data["channels"]:
            yield "GuildChannelResponse", channel
        for member in data["members"]:
            yield "GuildMemberResponse", member
    elif name == "INTERACTION_CREATE":
        yield from _interaction(data)


def _interaction(data: Json) -> Iterator[tuple[str, Any]]:
    yield "InteractionTypes", data["type"]
    yield "InteractionContextType", data["context"]
    yield "AvailableLocalesEnum", data["locale"]
    for key in ("id", "application_id", "channel_id", "app_permissions"):
        yield "SnowflakeType", data[key]
    for owner in data["authorizing_integration_owners"].values():
        yield "SnowflakeType", owner
    yield ("PrivateChannelResponse" if "user" in data else "GuildChannelResponse"), data["channel"]
    if "user" in data:
        yield "UserResponse", data["user"]
    if "member" in data:
        yield "GuildMemberResponse", data["member"]
    if "message" in data:
        yield "MessageResponse", data["message"]
    for key, things in (data["data"].get("resolved") or {}).items():
        for thing in things.values() if key in RESOLVED else ():
            yield RESOLVED[key], thing

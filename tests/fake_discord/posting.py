"""Writes and changes messages: what Discord's three ways to do so have in common."""

import mimetypes
import re
from collections.abc import Callable
from typing import Any

from tests.fake_discord.components import answered, answered_embed, text_of, walk
from tests.fake_discord.errors import ApiError
from tests.fake_discord.messages import COMPONENTS_V2, EPHEMERAL, LOADING, Edit, Message
from tests.fake_discord.payloads import attachment_json, message_json, user_json
from tests.fake_discord.world import Channel, Upload, User, World, moment

Json = dict[str, Any]

MAX_CONTENT = 2000
MAX_COMPONENTS = 40
MAX_TEXT_IN_COMPONENTS = 4000


def create(
    world: World, channel: Channel, payload: Json, files: dict[str, Upload], *, author: User, extra: Json
) -> Message:
    """A new message in the channel. `extra` is what its origin adds to its JSON."""
    state = {**message_json(world, channel, author), **extra}
    state["flags"] |= payload.get("flags") or 0
    message = Message(channel=channel, author=author, state=state, created=payload)
    if not state["flags"] & LOADING:
        _write(world, message, payload, files)
        _require_something(state)
    channel.messages[message.id] = message
    return message


def edit(world: World, message: Message, payload: Json, files: dict[str, Upload], *, by: str) -> Message:
    """Changes the fields that the payload names, and keeps the change in the message's history."""
    before = dict(message.state)
    try:
        message.state["flags"] = (message.state["flags"] & ~LOADING) | (
            payload.get("flags") or 0
        ) & ~EPHEMERAL
        _write(world, message, payload, files)
        _require_something(message.state)
    except ApiError:
        message.state.clear()
        message.state.update(before)
        raise
    message.state["edited_timestamp"] = moment()
    message.edits.append(Edit(payload=payload, by=by, text=text_of(message.state), at=moment()))
    return message


def _write(world: World, message: Message, payload: Json, files: dict[str, Upload]) -> None:
    state = message.state
    _require_good_form(payload, state["flags"])
    _attach(world, message, payload, files)
    unfurl = _unfurler(world, state)
    if "content" in payload:
        state["content"] = payload["content"] or ""
    if "embeds" in payload:
        state["embeds"] = [answered_embed(embed, unfurl) for embed in payload["embeds"] or []]
    if "components" in payload:
        state["components"] = answered(payload["components"] or [], unfurl)
    mentioned = _mentioned(text_of({**state, "embeds": []}), payload.get("allowed_mentions"))
    state["mentions"] = [user_json(world.users[id_]) for id_ in mentioned if id_ in world.users]


def _require_good_form(payload: Json, flags: int) -> None:
    """What the OpenAPI document does not say, and Discord asks for nevertheless."""
    if len(payload.get("content") or "") > MAX_CONTENT:
        raise ApiError(50035, f"content is longer than {MAX_CONTENT}")
    if flags & COMPONENTS_V2 and (payload.get("content") or payload.get("embeds")):
        raise ApiError(50035, "content and embeds cannot be used with IS_COMPONENTS_V2")
    parts = list(walk(payload.get("components") or []))
    if len(parts) > MAX_COMPONENTS:
        raise ApiError(50035, f"more than {MAX_COMPONENTS} components")
    if sum(len(part.get("content") or "") for part in parts) > MAX_TEXT_IN_COMPONENTS:
        raise ApiError(50035, f"more than {MAX_TEXT_IN_COMPONENTS} characters in the components")
    if not flags & COMPONENTS_V2 and any(part["type"] >= 9 for part in parts):
        raise ApiError(50035, "these components need IS_COMPONENTS_V2")
    names = [part["custom_id"] for part in parts if part.get("custom_id")]
    if len(set(names)) < len(names):
        raise ApiError(50035, "COMPONENT_CUSTOM_ID_DUPLICATED")


def _require_something(state: Json) -> None:
    if not any(state[key] for key in ("content", "embeds", "components", "attachments")):
        raise ApiError(50006)


def _attach(world: World, message: Message, payload: Json, files: dict[str, Upload]) -> None:
    """Keeps the attachments that the payload names (all, when it names none) and adds the new files."""
    if any(len(upload.data) > world.upload_limit_bytes for upload in files.values()):
        raise ApiError(40005)
    old = message.state["attachments"]
    named = payload.get("attachments")
    if named is not None:
        old = [one for one in old if one["id"] in {str(entry["id"]) for entry in named}]
    titles = {str(entry["id"]): entry for entry in named or []}
    new = []
    for field_name, upload in files.items():
        wanted = titles.get(field_name.removeprefix("files[").removesuffix("]"), {})
        new.append(attach(world, message.channel, upload, filename=wanted.get("filename") or upload.filename))
    message.state["attachments"] = [*old, *new]


def attach(world: World, channel: Channel, upload: Upload, *, filename: str) -> Json:
    """Puts a file on the CDN; returns the attachment's JSON."""
    content_type = mimetypes.guess_type(filename)[0] or upload.content_type
    kept = Upload(filename, upload.data, content_type)
    attachment_id = world.snowflakes.next()
    url = world.store(kept, channel_id=channel.id, attachment_id=attachment_id)
    size = len(upload.data)
    return attachment_json(id=attachment_id, filename=filename, size=size, url=url, content_type=content_type)


def _unfurler(world: World, state: Json) -> Callable[[Json], Json]:
    by_name = {one["filename"]: one for one in state["attachments"]}

    def unfurl(media: Json) -> Json:
        url = media["url"]
        made = {"id": world.snowflakes.next(), "url": url, "proxy_url": url}
        if url.startswith("attachment://"):
            found = by_name.get(url.removeprefix("attachment://"))
            if found is None:
                raise ApiError(50035, f"{url} names no attachment of this message")
            made |= {"url": found["url"], "proxy_url": found["url"], "attachment_id": found["id"]}
        return made

    return unfurl


def _mentioned(text: str, allowed: Json | None) -> list[str]:
    """The users whom the text mentions and whom the sender allowed to be mentioned."""
    found = list(dict.fromkeys(re.findall(r"<@!?(\d+)>", text)))
    if allowed is None or "users" in (allowed.get("parse") or []):
        return found
    return [user for user in found if user in {str(one) for one in allowed.get("users") or []}]

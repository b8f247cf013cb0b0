"""What Discord makes of a message's components and embeds: ids and defaults filled in, media resolved."""

from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
Unfurl = Callable[[Json], Json]  #: a request's media item -> the answer's

LINK = 5  #: the button style that opens an address instead of calling the bot

#: component type -> the fields that an answer always has
DEFAULTS: dict[int, Json] = {
    2: {"disabled": False},
    3: {"min_values": 1, "max_values": 1, "disabled": False},
    5: {"min_values": 1, "max_values": 1, "disabled": False},
    6: {"min_values": 1, "max_values": 1, "disabled": False},
    7: {"min_values": 1, "max_values": 1, "disabled": False},
    8: {"min_values": 1, "max_values": 1, "disabled": False},
    11: {"description": None, "spoiler": False},
    13: {"name": None, "size": None, "spoiler": False},
    14: {"spacing": 1, "divider": True},
    17: {"accent_color": None, "spoiler": False},
}


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, from the outside in."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        yield from walk([component[key] for key in ("accessory", "component") if component.get(key)])


def answered(components: list[Json], unfurl: Unfurl) -> list[Json]:
    """The components as Discord gives them back."""
    taken = {component["id"] for component in walk(components) if component.get("id")}
    free = (number for number in range(1, 1000) if number not in taken)
    return [_answered(component, unfurl, free) for component in components]


def _answered(component: Json, unfurl: Unfurl, free: Iterator[int]) -> Json:
    given = {key: value for key, value in component.items() if value is not None}
    made = {**DEFAULTS.get(component["type"], {}), **given}
    made["id"] = given.get("id") or next(free)
    for key in ("media", "file"):
        if key in made:
            made[key] = unfurl(made[key])
    if "items" in made:
        made["items"] = [
            {"description": None, "spoiler": False, **item, "media": unfurl(item["media"])}
            for item in made["items"]
        ]
    if "accessory" in made:
        made["accessory"] = _answered(made["accessory"], unfurl, free)
    if "components" in made:
        made["components"] = [_answered(inner, unfurl, free) for inner in made["components"]]
    return made


def answered_embed(embed: Json, unfurl: Unfurl) -> Json:
    """One embed as Discord gives it back."""
    made = {"type": "rich", **{key: value for key, value in embed.items() if value is not None}}
    made["fields"] = [{"inline": False, **field} for field in made.get("fields", [])]
    for key in ("image", "thumbnail"):
        if key in made:
            made[key] = {**made[key], "url": unfurl(made[key])["url"]}
    return made


def text_of(message: Json) -> str:
    """All the words that a reader of the message sees, a line each."""
    lines = [message["content"]]
    for embed in message["embeds"]:
        lines += [embed.get("title", ""), embed.get("description", "")]
        lines += [f"{field['name']}: {field['value']}" for field in embed["fields"]]
        lines.append(embed.get("footer", {}).get("text", ""))
    for component in walk(message["components"]):
        lines += [component.get("content", ""), component.get("label", "")]
    return "\n".join(line for line in lines if line)

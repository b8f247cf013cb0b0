"""What callers may send: the models that check it are the ones that document it."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from bot.config import USER_ID

URL_CHARACTERS = 2_000


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be a web address, such as https://example.org/hook")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or a password")
    return text


Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False, examples=[10.5])]
UserId = Annotated[str, Field(pattern=rf"^{USER_ID.pattern}$", description="whom it counts for; empty: you")]
Title = Annotated[str, Field(max_length=200)]
WebAddress = Annotated[
    str,
    AfterValidator(_web_address),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": URL_CHARACTERS}),
    Field(max_length=URL_CHARACTERS),
]


class Body(BaseModel):
    """A JSON object: an unknown field is an error, so that a misspelt one is not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SceneBody(Body):
    """An interval of a video, in seconds."""

    start_s: Seconds
    end_s: Seconds
    title: Title | None = None


class Recipe(Body):
    """How the short is made, for whom, and who hears of it."""

    aspect_ratio_strategy: str = Field(examples=["center_crop"])
    output_quality: str = Field(examples=["high"])
    user_id: UserId | None = None
    notify: WebAddress | None = Field(None, description="where a signed webhook tells how it ended")


class ShortBody(Recipe):
    """A short of a scene that is there."""


def form_schema() -> dict[str, Any]:
    """What an upload looks like; its parts are read as they come, not by a model."""
    return {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "title": {"type": "string", "maxLength": 200},
            "user_id": {"type": "string", "pattern": f"^{USER_ID.pattern}$"},
        },
    }

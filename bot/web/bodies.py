"""What callers may send: the models that check it are the ones that document it."""

from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from bot.config import USER_ID
from bot.web.paging import Cursor
from processing.quality import QUALITIES
from processing.recipes import MIDDLE
from processing.strategies import STRATEGIES
from storage.intake_models import Keep
from storage.models import Event, Recipe

URL_CHARACTERS = 2_000
SOURCES = ("scene_id", "video_id", "source_url")
#: What the field says that has this name.
KEEP = "`remote`: the file stays at its address, where that can be done, and only what is needed is read"


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


def _whole(number: Any) -> Any:
    """JSON has one kind of number, and to its schema 50.0 is an integer."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False, examples=[10.5])]
UserId = Annotated[str, Field(pattern=rf"^{USER_ID.pattern}$", description="whom it counts for; empty: you")]
Id = Annotated[str, Field(max_length=64, examples=["scn_4kd0zt9m3v"])]
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


class ScenesBody(Body):
    """All scenes of a video, in any order."""

    scenes: list[SceneBody] = Field(max_length=500)


class SplitBody(Body):
    """Where a scene is cut in two, in seconds of the video, and what the second half is called."""

    at_s: Seconds
    title: Title | None = None


class MergeBody(Body):
    """Scenes of one video that become one, and what that is called."""

    scene_ids: list[Id] = Field(min_length=2, max_length=500)
    title: Title | None = None


class VideoChanges(Body):
    """What becomes different about a video."""

    title: Title


class SceneChanges(Body):
    """What becomes different about a scene; what is not named stays as it is."""

    start_s: Seconds | None = None
    end_s: Seconds | None = None
    title: Title | None = None


class RecipeBody(Body):
    """How the short is made, for whom, and who hears of it."""

    aspect_ratio_strategy: str = Field(json_schema_extra={"enum": list(STRATEGIES)})
    output_quality: str = Field(json_schema_extra={"enum": list(QUALITIES)})
    focus: Annotated[int, BeforeValidator(_whole)] = Field(
        MIDDLE, ge=0, le=100, description="where a crop looks: 0 is the left edge, 100 the right"
    )
    target_mb: float | None = Field(
        None, gt=0, le=1000, allow_inf_nan=False, description="a size that the file must not pass, in MB"
    )
    normalize_loudness: bool = Field(True, description="bring the sound to -14 LUFS")
    user_id: UserId | None = None
    notify: WebAddress | None = Field(None, description="where a signed webhook tells how it ended")
    notify_events: list[Event] | None = Field(
        None, max_length=len(Event), description="what to tell there; without it: every kind of end"
    )

    @property
    def recipe(self) -> Recipe:
        """How the short is made, in the words of the rooms below."""
        return Recipe(
            strategy=self.aspect_ratio_strategy,
            quality=self.output_quality,
            focus=self.focus,
            target_mb=self.target_mb,
            normalize_loudness=self.normalize_loudness,
        )


class ShortBody(RecipeBody):
    """A short of a scene that is there."""


def _alone(source: str, *with_it: str) -> dict[str, Any]:
    """That source and no other, and what has to come with it."""
    others = {name: {"type": "null"} for name in SOURCES if name != source}
    if source != "source_url":
        others["keep"] = {"type": "null"}
    given = {source: {"type": "string"}} | {name: {"type": "number"} for name in with_it}
    return {"required": list(given), "properties": given | others}


class JobBody(RecipeBody):
    """A short of a scene, whole or trimmed, or of a part of a video, held or still to be fetched."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                _alone("scene_id"),
                _alone("video_id", "start_s", "end_s"),
                _alone("source_url", "start_s", "end_s"),
            ]
        }
    )

    scene_id: Id | None = None
    video_id: Id | None = None
    source_url: WebAddress | None = Field(None, description="where the video is fetched from first")
    keep: Keep | None = Field(None, description=KEEP)
    start_s: Seconds | None = None
    end_s: Seconds | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        # the document says the same in `anyOf`
        if [self.scene_id, self.video_id, self.source_url].count(None) != 2:
            raise ValueError("give one of scene_id, video_id and source_url")
        if self.keep is not None and self.source_url is None:
            raise ValueError("keep goes with a source_url")
        if self.scene_id is None and None in (self.start_s, self.end_s):
            raise ValueError("start_s and end_s are required without a scene_id")
        return self


class BatchBody(RecipeBody):
    """Shorts of many scenes, all made alike."""

    scene_ids: list[Id] = Field(min_length=1, max_length=50)


class RenewBody(Body):
    """Who hears of a short that has to be made again."""

    notify: WebAddress | None = None


class Query(BaseModel):
    """What stands behind the question mark of an address: always text, so numbers are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WatchQuery(Query):
    """How long to wait for something new, in seconds."""

    wait: int = Field(0, ge=0, le=60)


class PageQuery(Query):
    """A page of a list: whose, how long, and after which one."""

    user_id: UserId | None = None
    limit: int = Field(20, ge=1, le=100)
    cursor: Cursor | None = None


class DeliveriesQuery(Query):
    """A page of the delivery log: of which export or video, how long, and after which one."""

    export_id: Id | None = None
    video_id: Id | None = None
    limit: int = Field(20, ge=1, le=100)
    cursor: Cursor | None = None


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

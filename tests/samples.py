"""Values to test with: each whole and ordinary, but for what the test names."""

import itertools
from dataclasses import fields, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, TypeVar

from processing.media import MediaInfo, read
from processing.render import RenderJob
from storage.identifiers import new_id, new_token
from storage.intake_models import Intake, IntakeStatus
from storage.models import Destination, Export, ExportStatus, Facts, Recipe, Scene, Video

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

FACTS = Facts(
    width=1080, height=1920, duration_s=10.0, size_bytes=1234, video_codec="h264", audio_codec="aac"
)

RECIPE = Recipe(strategy="center_crop", quality="high")

HERE = Destination(kind="here", address={"place": "a"})
THERE = Destination(kind="there", address={"place": "b"})

JOB = RenderJob(start_s=0.0, end_s=1.0, recipe=Recipe(strategy="center_crop", quality="draft"))
RECIPE_PARTS = frozenset(field.name for field in fields(Recipe))

Varied = TypeVar("Varied", bound=Any)

_STARTS = itertools.count(10.0)


def varied(plain: Varied, **changes: Any) -> Varied:
    """The same with changes; those that name a part of a recipe are made in its recipe."""
    parts = {name: changes.pop(name) for name in RECIPE_PARTS & changes.keys()}
    if parts:
        changes["recipe"] = replace(plain.recipe, **parts)
    changed: Varied = replace(plain, **changes)
    return changed


def job(start_s: float, end_s: float, **changes: Any) -> RenderJob:
    """A quick render."""
    return varied(JOB, start_s=start_s, end_s=end_s, **changes)


def media(*, width: int = 1920, height: int = 1080, sar: Fraction = Fraction(1), **changes: Any) -> MediaInfo:
    """A plain file of ten seconds."""
    stream = {
        "index": 0, "codec_type": "video", "codec_name": "h264", "width": width, "height": height,
        "pix_fmt": "yuv420p", "r_frame_rate": "30/1", "avg_frame_rate": "30/1",
        "sample_aspect_ratio": f"{sar.numerator}:{sar.denominator}",
        "start_time": "0", "duration": "10", "disposition": {"default": 1},
    }  # fmt: skip
    form = {"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "start_time": "0", "duration": "10"}
    return replace(read({"streams": [stream], "format": form}, said=""), **changes)


def video(**changes: Any) -> Video:
    plain = Video(
        id=new_id("vid"),
        owner_id="ana",
        title="A day out",
        file_key="sources/vid/original",
        size_bytes=1000,
        duration_s=600.0,
        width=1920,
        height=1080,
        has_audio=True,
        created_at=NOON,
    )
    return replace(plain, **changes)


def intake(**changes: Any) -> Intake:
    """A video whose scenes are being found."""
    plain = Intake(
        video_id=new_id("vid"),
        owner_id="42",
        title="holiday",
        url=None,
        status=IntakeStatus.DETECTING,
        tries=0,
        error=None,
        findings=None,
        created_at=NOON,
        finished_at=None,
    )
    return replace(plain, **changes)


def scene(of: Video, **changes: Any) -> Scene:
    plain = Scene(
        id=new_id("scn"),
        video_id=of.id,
        owner_id=of.owner_id,
        title="Kick-off",
        start_s=10.0,
        end_s=20.0,
        created_at=NOON,
    )
    return replace(plain, **changes)


def export(**changes: Any) -> Export:
    """Each is of a scene of its own, for the same work is not done twice at a time."""
    start_s = next(_STARTS)
    plain = Export(
        id=new_id("exp"),
        scene_id="scn_0000000000",
        video_id="vid_0000000000",
        user_id="ana",
        client=None,
        title="Kick-off",
        start_s=start_s,
        end_s=start_s + 10,
        recipe=RECIPE,
        status=ExportStatus.PENDING,
        attempt=0,
        crashes=0,
        error=None,
        token=new_token(),
        file_key=None,
        facts=None,
        created_at=NOON,
        started_at=None,
        finished_at=None,
        expires_at=None,
    )
    return varied(plain, **changes)

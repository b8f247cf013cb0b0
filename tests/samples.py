"""Values to test with: each whole and ordinary, but for what the test names."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from storage.identifiers import new_id, new_token
from storage.models import Destination, Export, ExportStatus, Facts, Scene, Video

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

FACTS = Facts(
    width=1080, height=1920, duration_s=10.0, size_bytes=1234, video_codec="h264", audio_codec="aac"
)

HERE = Destination(kind="here", address={"place": "a"})
THERE = Destination(kind="there", address={"place": "b"})

_STARTS = itertools.count(10.0)


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
        strategy="center_crop",
        quality="high",
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
    return replace(plain, **changes)

"""Exports, scenes and quotas to show."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.models import Export, ExportStatus, Facts, Quota, Scene
from tests.samples import RECIPE, varied

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACTS = Facts(
    width=1080, height=1920, duration_s=45.2, size_bytes=12_345_678, video_codec="h264", audio_codec="aac"
)
QUOTA = Quota(used=3, limit=10, resets_at=datetime(2026, 3, 2, tzinfo=UTC))


def scene(**changes: Any) -> Scene:
    plain = Scene(
        id="scn_0000000001",
        video_id="vid_0000000001",
        owner_id="7",
        title="Kick-off",
        start_s=10.5,
        end_s=55.7,
        created_at=NOON,
    )
    return replace(plain, **changes)


def export(status: ExportStatus = ExportStatus.PENDING, **changes: Any) -> Export:
    ended = status in (ExportStatus.COMPLETED, ExportStatus.EXPIRED)
    plain = Export(
        id="exp_0000000001",
        scene_id="scn_0000000001",
        video_id="vid_0000000001",
        user_id="7",
        client=None,
        title="Kick-off",
        start_s=10.5,
        end_s=55.7,
        recipe=RECIPE,
        status=status,
        attempt=1,
        crashes=0,
        error="The file is damaged or cut off in that place." if status is ExportStatus.FAILED else None,
        token="secret",
        file_key="exports/7/exp_0000000001.mp4" if status is ExportStatus.COMPLETED else None,
        facts=FACTS if ended else None,
        created_at=NOON,
        started_at=NOON,
        finished_at=NOON if ended else None,
        expires_at=NOON + timedelta(hours=24) if ended else None,
    )
    return varied(plain, **changes)

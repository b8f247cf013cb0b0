"""What of a detection is written down."""

from datetime import datetime

from processing.detection import Detection, FoundScene
from storage.identifiers import new_id
from storage.intake_models import Findings
from storage.models import Scene, Video


def scene_row(found: FoundScene, video: Video, now: datetime) -> Scene:
    """A scene that was found, as one of the video's own."""
    return Scene(
        id=new_id("scn"),
        video_id=video.id,
        owner_id=video.owner_id,
        title=found.title,
        start_s=found.start_s,
        end_s=found.end_s,
        created_at=now,
    )


def findings_of(detection: Detection | None) -> Findings | None:
    """What is remembered of the video as a whole; None: nothing was looked for."""
    if detection is None:
        return None
    lit = detection.lit
    return Findings(
        cuts_s=tuple(detection.cuts_s),
        loudness_lufs=detection.loudness_lufs,
        lit=(lit.left, lit.top, lit.width, lit.height) if lit else None,
    )

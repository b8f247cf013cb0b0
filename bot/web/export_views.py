"""What callers are told of exports."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from bot.web.views import ProblemView, View
from processing.ffmpeg import Progress
from storage.models import Export, ExportStatus


class AskedView(View):
    """What was asked for: the part of an export that never changes."""

    id: str
    scene_id: str
    video_id: str
    user_id: str
    title: str
    start_s: float
    end_s: float
    aspect_ratio_strategy: str
    output_quality: str
    focus: int
    target_mb: float | None
    normalize_loudness: bool
    created_at: datetime

    @classmethod
    def of(cls, export: Export) -> "AskedView":
        """The only place where an export becomes these fields; the views below add theirs."""
        return AskedView(
            id=export.id,
            scene_id=export.scene_id,
            video_id=export.video_id,
            user_id=export.user_id,
            title=export.title,
            start_s=export.start_s,
            end_s=export.end_s,
            aspect_ratio_strategy=export.recipe.strategy,
            output_quality=export.recipe.quality,
            focus=export.recipe.focus,
            target_mb=export.recipe.target_mb,
            normalize_loudness=export.recipe.normalize_loudness,
            created_at=export.created_at,
        )


class AcceptedView(AskedView):
    """An export as it was accepted. A repeated request is answered with the same."""

    status: Literal["pending"] = "pending"
    url: str = Field(description="ask here how it stands")


class ProgressView(View):
    """How far a render is."""

    percent: float
    stage: str
    eta_s: float | None = Field(description="seconds left, once that can be told")


class ExportView(AskedView):
    """An export and how it stands. The last nine fields are set while there is a short."""

    status: ExportStatus
    progress: ProgressView
    queue_position: int | None = Field(description="1: the next to start; null: it does not wait")
    error: str | None
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    download_url: str | None
    page_url: str | None = Field(description="the same for people: a page with a player")
    size_bytes: int | None
    duration_s: float | None
    width: int | None
    height: int | None
    resolution: str | None = Field(examples=["1080x1920"])
    notes: list[str] | None = Field(
        description="what was decided on the way, such as quality given up for size"
    )


class ExportsView(View):
    """A page of exports, newest first. `next_cursor` leads to the next page, where there is one."""

    exports: list[ExportView]
    next_cursor: str | None


class BatchItemView(View):
    """What became of one scene of a batch: an export, or the problem with it."""

    scene_id: str
    status: int
    export: AcceptedView | None = None
    problem: ProblemView | None = None


class BatchView(View):
    """The answers to a batch, in the order of its scenes."""

    items: list[BatchItemView]


def standing(export: Export, *, now: datetime) -> ExportStatus:
    """The status as a caller should see it: a link is dead from its moment on, swept up or not."""
    late = export.expires_at is not None and export.expires_at <= now
    return ExportStatus.EXPIRED if late else export.status


def export_view(
    export: Export,
    *,
    progress: Progress | None,
    waiting_before: int | None,
    download_url: str,
    page_url: str,
    now: datetime,
) -> ExportView:
    """The export as its owner sees it `now`."""
    status = standing(export, now=now)
    facts = export.facts if status is ExportStatus.COMPLETED else None
    return ExportView(
        **dict(AskedView.of(export)),
        status=status,
        progress=_progress(status, progress),
        queue_position=None if waiting_before is None else waiting_before + 1,
        error=export.error,
        started_at=export.started_at,
        finished_at=export.finished_at,
        expires_at=export.expires_at,
        download_url=download_url if facts else None,
        page_url=page_url if facts else None,
        size_bytes=facts.size_bytes if facts else None,
        duration_s=facts.duration_s if facts else None,
        width=facts.width if facts else None,
        height=facts.height if facts else None,
        resolution=f"{facts.width}x{facts.height}" if facts else None,
        notes=list(facts.notes) if facts else None,
    )


def _progress(status: ExportStatus, progress: Progress | None) -> ProgressView:
    if status is ExportStatus.PROCESSING and progress is not None:
        eta_s = None if progress.eta_s is None else round(progress.eta_s, 1)
        return ProgressView(percent=round(progress.percent, 1), stage=progress.stage, eta_s=eta_s)
    ended_well = status in (ExportStatus.COMPLETED, ExportStatus.EXPIRED)
    return ProgressView(percent=100 if ended_well else 0, stage=status.value, eta_s=None)

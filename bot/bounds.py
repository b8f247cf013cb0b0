"""Reads from the settings how far each kind of work may go."""

from datetime import timedelta

from bot.config import Settings
from bot.fetching import FetchLimits
from bot.remote.reader import ReadLimits
from processing.arrival import IntakeLimits
from processing.requests import ExportLimits
from processing.scenes import SceneBounds

MB = 1_000_000


def of_exports(settings: Settings) -> ExportLimits:
    """What a user may ask for."""
    limits = settings.limits
    return ExportLimits(
        exports_per_day=limits.exports_per_day,
        failed_per_day=limits.failed_per_day,
        scene_s=limits.scene_s,
        link_lifetime=timedelta(hours=limits.link_hours),
        render_timeout_s=settings.render.timeout_s,
        error_characters=limits.error_characters,
    )


def of_fetches(settings: Settings) -> FetchLimits:
    """What may be fetched, and from where."""
    return FetchLimits(
        most_bytes=settings.limits.upload_mb * MB,
        timeout_s=settings.ingest.fetch_timeout_s,
        allowed_networks=settings.ingest.allowed_networks,
        folders=settings.ingest.folders,
        site_hosts=settings.ingest.ytdlp_hosts,
    )


def of_reads(settings: Settings) -> ReadLimits:
    """How much may be read of videos that stay at their servers."""
    ingest = settings.ingest
    return ReadLimits(
        most_bytes=ingest.remote_read_mb * MB,
        cache_bytes=ingest.remote_cache_mb * MB,
        allowed_networks=ingest.allowed_networks,
    )


def of_intakes(settings: Settings) -> IntakeLimits:
    """What is found in a video that comes in."""
    ingest = settings.ingest
    return IntakeLimits(
        detects=ingest.detect_scenes,
        detector=ingest.detector,
        fetches=ingest.fetches,
        scenes=SceneBounds(
            shortest_s=ingest.scene_shortest_s,
            target_s=ingest.scene_target_s,
            longest_s=ingest.scene_longest_s,
        ),
    )

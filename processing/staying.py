"""Lets a video stay at its server, where it is wanted and where reading parts of it will do."""

import tempfile
from enum import StrEnum
from pathlib import Path, PurePosixPath

import structlog

from processing.errors import SourceRefused
from processing.ffmpeg import Tools
from processing.ffprobe import look
from processing.ingest import Library
from processing.media import MediaInfo
from processing.opener import RemoteReader
from processing.repair import needs_repair
from processing.source import Source
from storage.intake_models import Intake, Keep
from storage.models import Video

log = structlog.get_logger()

#: These tell by an index where a moment is. In all others it is found by reading what comes before it.
INDEXED = frozenset({"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"})


class Policy(StrEnum):
    """Which videos may stay at their servers."""

    NEVER = "never"
    ON_REQUEST = "on_request"
    ALWAYS = "always"


class Staying:
    """Decides for each intake whether its file stays where it is."""

    def __init__(self, *, policy: Policy, reader: RemoteReader, library: Library, tools: Tools) -> None:
        self._policy = policy
        self._reader = reader
        self._library = library
        self._tools = tools

    async def admit(self, intake: Intake) -> Video | None:
        """The video, whose file has stayed; None: it is to be fetched whole, which settles every doubt.

        Raises:
            InvalidTrim: the scene that it is brought for does not lie inside of it.
        """
        if intake.url is None or not intake.url.startswith("http") or not self._is_wanted(intake):
            return None
        remote = await self._reader.inspect(intake.url)
        if remote is None:
            return None
        try:
            async with self._reader.open(remote) as source:
                media = await self._look(source)
        except SourceRefused as refused:
            log.info("video cannot stay remote", video_id=intake.video_id, reason=refused.reason.name)
            return None
        if needs_repair(media) or media.format_name not in INDEXED:
            log.info("video cannot stay remote", video_id=intake.video_id, reason=media.format_name)
            return None
        name = PurePosixPath(intake.url.partition("?")[0]).name
        return await self._library.add_remote_video(intake, remote, media, name=name)

    def _is_wanted(self, intake: Intake) -> bool:
        if self._policy is Policy.ON_REQUEST:
            return intake.keep is Keep.REMOTE
        return self._policy is Policy.ALWAYS and intake.keep is not Keep.HERE

    async def _look(self, source: Source) -> MediaInfo:
        """Without the search for the true length, which would read all of it."""
        with tempfile.TemporaryDirectory(prefix="probe-") as name:
            return await look(source, folder=Path(name), tools=self._tools)

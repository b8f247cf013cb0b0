"""What is done for one intake: its file is brought, looked at and kept, and its scenes are found."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import structlog

from processing.cutting import wished
from processing.detection import Detection, Detector, detect
from processing.errors import ExportRefused
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.findings import findings_of, scene_row
from processing.ingest import Library
from processing.opener import Opener
from processing.scenes import SceneBounds
from processing.staying import Staying
from storage.intake_models import Intake, IntakeStatus, SceneFacts
from storage.intakes import Intakes
from storage.models import Scene, Video
from storage.videos import Videos

log = structlog.get_logger()

REMOVED = "The video has been removed."


@dataclass(frozen=True, kw_only=True)
class IntakeLimits:
    """The bounds that an operator sets."""

    detects: bool = True
    detector: Detector = Detector.FULL
    scenes: SceneBounds = field(default_factory=SceneBounds)
    unfinished: int = 5
    fetches: int = 4
    tries: int = 3
    detect_timeout_s: float = 4 * 3600.0


class Fetch(Protocol):
    """Brings a file from an address."""

    async def __call__(self, url: str, path: Path, *, on_progress: Callable[[float], None]) -> None:
        """Write the file to `path`; `on_progress` hears which part of it is here, 0 to 1.

        Raises:
            FetchRefused: it cannot be had; the message says why.
            SourceRefused: it is larger than this service takes.
        """


class Arrivals:
    """Takes the steps of intakes. Whether and when an intake is begun, `Ingestor` says."""

    def __init__(
        self,
        *,
        library: Library,
        videos: Videos,
        intakes: Intakes,
        opener: Opener,
        fetch: Fetch,
        staying: Staying | None = None,
        tools: Tools,
        scratch: Path,
        limits: IntakeLimits,
        now: Callable[[], datetime],
    ) -> None:
        self._library = library
        self._videos = videos
        self._intakes = intakes
        self._opener = opener
        self._fetch = fetch
        self._staying = staying
        self._tools = tools
        self._scratch = scratch
        self._limits = limits
        self._now = now
        self._progress: dict[str, float] = {}
        # what costs no patience of others but cores: one file at a time
        self._looking = asyncio.Lock()

    @property
    def progress(self) -> Mapping[str, float]:
        """Video id -> which part of its present step is done, 0 to 1, for those that are being taken in."""
        return MappingProxyType(self._progress)

    def forget_progress(self, video_id: str) -> None:
        """Nothing is being done for it any more."""
        self._progress.pop(video_id, None)

    async def bring(self, intake: Intake) -> bool:
        """Have its video in the catalogue, and go on to its scenes. True: it is ready, none are looked for.

        Raises:
            ExportError: the video cannot be had; the message says why.
        """
        video = await self._videos.get(intake.video_id) or await self._brought(intake)
        # after a crash behind the probing, the first of these steps is missing
        for status in (IntakeStatus.PROBING, IntakeStatus.DETECTING):
            await self._intakes.step(intake.video_id, status)
        # it would read all of a file that has stayed away: only for one who asks for just that
        if self._limits.detects and intake.finds_scenes and not video.is_remote:
            return False
        return await self._complete(intake, video, None)

    async def find_scenes(self, intake: Intake) -> bool:
        """Watch a video that is there. True: its scenes have been found, and it is ready.

        Raises:
            ExportError: it cannot be watched; the message says why.
        """
        video = await self._videos.get(intake.video_id)
        if video is None:
            raise ExportRefused(REMOVED)
        return await self._complete(
            intake, video, await self._detect(video) if self._limits.detects else None
        )

    async def fail(self, intake: Intake, error: str) -> bool:
        """It ends here, and why; what was wished for of a video that is there is done even so."""
        video = await self._videos.get(intake.video_id)
        scene = await self._whole(intake, video) if video else None
        return await self._intakes.fail(intake.video_id, error, now=self._now(), scene=scene)

    async def _brought(self, intake: Intake) -> Video:
        if intake.url is None:
            raise ExportRefused(REMOVED)
        if self._staying and (video := await self._staying.admit(intake)):
            return video
        # who has no room at all need not wait for gigabytes to hear of it
        await self._library.demand_room(intake.owner_id, 1)
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="fetch-") as folder:
            path = Path(folder, "source")
            await self._fetch(intake.url, path, on_progress=self._watch(intake.video_id))
            await self._intakes.step(intake.video_id, IntakeStatus.PROBING)
            async with self._looking:
                return await self._library.add_video(
                    path,
                    owner_id=intake.owner_id,
                    name=intake.url.partition("?")[0],
                    title=intake.title,
                    video_id=intake.video_id,
                    wish=intake.wish,
                )

    async def _detect(self, video: Video) -> Detection:
        watch = self._watch(video.id)
        async with self._opener.open(video.file_key) as source:
            return await detect(
                source,
                await probe(source, tools=self._tools),
                tools=self._tools,
                bounds=self._limits.scenes,
                detector=self._limits.detector,
                timeout_s=self._limits.detect_timeout_s,
                on_progress=lambda seconds: watch(seconds / (video.duration_s or seconds or 1)),
            )

    async def _complete(self, intake: Intake, video: Video, detection: Detection | None) -> bool:
        found = detection.scenes if detection else ()
        scenes: list[tuple[Scene, SceneFacts | None]] = [
            (scene_row(scene, video, self._now()), scene.facts) for scene in found
        ]
        if not scenes and (whole := await self._whole(intake, video)):
            scenes = [(whole, None)]
        ready = await self._intakes.complete(
            video.id,
            findings=findings_of(detection),
            scenes=scenes,
            momentary=detection.momentary if detection else (),
            now=self._now(),
        )
        if ready:
            log.info("intake ready", video_id=video.id, scenes=len(scenes))
        return ready

    async def _whole(self, intake: Intake, video: Video) -> Scene | None:
        """All of it, where a scene is wished for and there is none."""
        if intake.wish is None or await self._library.scenes_of(video):
            return None
        return wished(intake.wish, video, now=self._now())

    def _watch(self, video_id: str) -> Callable[[float], None]:
        self._progress[video_id] = 0.0

        def heard(part: float) -> None:
            self._progress[video_id] = min(1.0, max(self._progress.get(video_id, 0.0), part))

        return heard

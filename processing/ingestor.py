"""The life of an intake: fetched, probed, kept, its scenes found; resumed after a restart."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import structlog

from processing.detection import Detection, Detector, detect
from processing.errors import ExportError, ExportRefused, TooManyAtOnce
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.findings import findings_of, scene_row
from processing.ingest import Library
from processing.opener import Opener
from processing.scenes import SceneBounds
from processing.staying import Staying
from storage.identifiers import new_id
from storage.intake_models import Intake, IntakeStatus, Keep
from storage.intakes import Intakes
from storage.models import Destination, Video
from storage.videos import Videos

log = structlog.get_logger()

BROKEN = "Something went wrong on our side, and we have written it down."
WORN_OUT = "Taking this video in has been broken off several times, so it was given up."


@dataclass(frozen=True, kw_only=True)
class IntakeLimits:
    """The bounds that an operator sets."""

    detects: bool = True
    detector: Detector = Detector.FULL
    scenes: SceneBounds = field(default_factory=SceneBounds)
    unfinished: int = 5
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


class Ingestor:
    """Takes videos in, one after the other. It owns every change of an intake's status."""

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
        on_step: Callable[[], None] = lambda: None,
        on_news: Callable[[], None] = lambda: None,
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
        self._on_step = on_step
        self._on_news = on_news
        self._asked = asyncio.Event()
        self._progress: dict[str, float] = {}

    @property
    def progress(self) -> Mapping[str, float]:
        """Video id -> which part of its present step is done, 0 to 1, for the one that is being taken in."""
        return MappingProxyType(self._progress)

    async def request(
        self,
        url: str,
        *,
        owner_id: str,
        title: str | None = None,
        keep: Keep | None = None,
        finds_scenes: bool = True,
        destinations: Sequence[Destination] = (),
    ) -> Intake:
        """Fetch a video for a user, some time soon; the destinations hear how that ends.

        Raises:
            TooManyAtOnce: so many of the user's videos are on their way that one more must wait.
        """
        intake = Intake(
            video_id=new_id("vid"),
            owner_id=owner_id,
            title=title or "",
            url=url,
            status=IntakeStatus.FETCHING,
            created_at=self._now(),
            keep=keep,
            finds_scenes=finds_scenes,
        )
        return await self._add(intake, destinations, unfinished_below=self._limits.unfinished)

    async def find_scenes(self, video: Video, *, destinations: Sequence[Destination] = ()) -> Intake:
        """Find the scenes of a video that is held already, some time soon."""
        intake = Intake(
            video_id=video.id,
            owner_id=video.owner_id,
            title=video.title,
            url=None,
            status=IntakeStatus.DETECTING,
            created_at=self._now(),
        )
        return await self._add(intake, destinations)

    def wake(self) -> None:
        """There is something to take in."""
        self._asked.set()

    async def run(self) -> None:
        """Take in whatever comes, until cancelled."""
        while True:
            self._asked.clear()
            await self.work_off()
            await self._asked.wait()

    async def work_off(self) -> None:
        """Take in everything that is waiting."""
        while intake := await self._intakes.begin_next():
            await self._take_in(intake)

    async def _add(
        self, intake: Intake, destinations: Sequence[Destination], *, unfinished_below: int | None = None
    ) -> Intake:
        if not await self._intakes.add(intake, destinations, unfinished_below=unfinished_below):
            raise TooManyAtOnce(f"{unfinished_below} of your videos are on their way; wait for one of them.")
        log.info("intake accepted", video_id=intake.video_id, owner_id=intake.owner_id)
        self._asked.set()
        return intake

    async def _take_in(self, intake: Intake) -> None:
        """Every way out but a crash leaves a status that tells the truth."""
        try:
            if intake.tries > self._limits.tries:
                raise ExportRefused(WORN_OUT)
            video = await self._videos.get(intake.video_id) or await self._bring(intake)
            # after a crash behind the probing, the first of these steps is missing
            for status in (IntakeStatus.PROBING, IntakeStatus.DETECTING):
                await self._intakes.step(intake.video_id, status)
            self._on_step()
            await self._find_scenes(video, intake)
        except asyncio.CancelledError:
            await self._intakes.put_back(intake.video_id)
            raise
        except ExportError as error:
            await self._fail(intake, str(error), detail=getattr(error, "detail", ""))
        except Exception:
            log.exception("intake broke", video_id=intake.video_id)
            await self._fail(intake, BROKEN)
        finally:
            self._progress.pop(intake.video_id, None)
            self._on_step()

    async def _bring(self, intake: Intake) -> Video:
        if intake.url is None:
            raise ExportRefused("The video has been removed.")
        if self._staying and (video := await self._staying.admit(intake)):
            return video
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="fetch-") as folder:
            path = Path(folder, "source")
            await self._fetch(intake.url, path, on_progress=self._watch(intake.video_id))
            await self._intakes.step(intake.video_id, IntakeStatus.PROBING)
            return await self._library.add_video(
                path,
                owner_id=intake.owner_id,
                name=intake.url.partition("?")[0],
                title=intake.title,
                video_id=intake.video_id,
            )

    async def _find_scenes(self, video: Video, intake: Intake) -> None:
        wanted = self._limits.detects and intake.finds_scenes
        # it would read all of a file that has stayed away: only for one who asks for just that
        reads = not video.is_remote or intake.url is None
        detection = await self._detect(video) if wanted and reads else None
        found = detection.scenes if detection else ()
        scenes = [(scene_row(scene, video, self._now()), scene.facts) for scene in found]
        if await self._intakes.complete(
            video.id,
            findings=findings_of(detection),
            scenes=scenes,
            momentary=detection.momentary if detection else (),
            now=self._now(),
        ):
            self._on_news()
            log.info("intake ready", video_id=video.id, scenes=len(scenes))

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

    async def _fail(self, intake: Intake, error: str, *, detail: str = "") -> None:
        if await self._intakes.fail(intake.video_id, error, now=self._now()):
            self._on_news()
            log.warning("intake failed", video_id=intake.video_id, error=error, detail=detail)

    def _watch(self, video_id: str) -> Callable[[float], None]:
        self._progress[video_id] = 0.0

        def heard(part: float) -> None:
            self._progress[video_id] = min(1.0, max(self._progress.get(video_id, 0.0), part))

        return heard

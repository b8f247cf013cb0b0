"""The life of an intake: asked for, waited for, taken in or called off; resumed after a restart."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from processing.arrival import Arrivals, IntakeLimits
from processing.errors import ExportError, ExportRefused, TooManyAtOnce
from processing.ingest import Library
from storage.identifiers import new_id
from storage.intake_models import Intake, IntakeStatus, Keep, Wish
from storage.intake_queue import Lane
from storage.intakes import Intakes
from storage.models import Destination, Video
from storage.videos import Videos

log = structlog.get_logger()

BROKEN = "Something went wrong on our side, and we have written it down."
WORN_OUT = "Taking this video in has been broken off several times, so it was given up."


@dataclass(frozen=True, kw_only=True)
class Line:
    """Who works in a lane: on how many videos at once, and on how many of one owner."""

    lane: Lane
    size: int
    of_one_owner: int
    work: Callable[[Intake], Awaitable[bool]]
    running: dict[str, asyncio.Task[None]] = field(default_factory=dict)


class Ingestor:
    """Takes videos in. With `Arrivals`, it owns every change of an intake's status.

    Several are fetched at once, so that no slow server holds up everyone; one is watched: that takes a core.
    """

    def __init__(
        self,
        *,
        library: Library,
        videos: Videos,
        intakes: Intakes,
        arrivals: Arrivals,
        limits: IntakeLimits,
        now: Callable[[], datetime],
        on_step: Callable[[], None] = lambda: None,
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        self._library = library
        self._videos = videos
        self._intakes = intakes
        self._arrivals = arrivals
        self._limits = limits
        self._now = now
        self._on_step = on_step
        self._on_news = on_news
        self._asked = asyncio.Event()
        # between the row that is begun and the task that works on it, nobody may call it off
        self._claims = asyncio.Lock()
        self._fault: BaseException | None = None
        half = max(1, limits.fetches // 2)
        self._lines = (
            Line(lane=Lane.BRINGING, size=limits.fetches, of_one_owner=half, work=arrivals.bring),
            Line(lane=Lane.WATCHING, size=1, of_one_owner=1, work=arrivals.find_scenes),
            Line(lane=Lane.WATCHING_AFAR, size=1, of_one_owner=1, work=arrivals.find_scenes),
        )

    @property
    def progress(self) -> Mapping[str, float]:
        """Video id -> which part of its present step is done, 0 to 1, for those that are being taken in."""
        return self._arrivals.progress

    async def request(
        self,
        url: str,
        *,
        owner_id: str,
        title: str | None = None,
        keep: Keep | None = None,
        finds_scenes: bool = True,
        wish: Wish | None = None,
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
            wish=wish,
        )
        return await self._add(intake, destinations, unfinished_below=self._limits.unfinished)

    async def find_scenes(
        self, video: Video, *, wish: Wish | None = None, destinations: Sequence[Destination] = ()
    ) -> Intake:
        """Find the scenes of a video that is there already, some time soon. One that stays is read whole."""
        intake = Intake(
            video_id=video.id,
            owner_id=video.owner_id,
            title=video.title,
            url=None,
            status=IntakeStatus.DETECTING,
            created_at=self._now(),
            wish=wish,
        )
        return await self._add(intake, destinations)

    async def remove(self, video_id: str) -> bool:
        """Forget a video, be it here or on its way; nothing of it is left behind. False: there is none."""
        async with self._claims:
            gone = await self._forgotten(video_id)
            working = [line.running[video_id] for line in self._lines if video_id in line.running]
        for task in working:
            task.cancel()
        if working:
            await asyncio.wait(working)
            # it may have come in at that very moment
            gone = await self._forgotten(video_id) or gone
        if gone:
            self._on_step()
        return gone

    def wake(self) -> None:
        """There is something to take in."""
        self._asked.set()

    async def run(self) -> None:
        """Take in whatever comes, until cancelled."""
        try:
            while True:
                self._asked.clear()
                await self._fill()
                await self._asked.wait()
        finally:
            await self._stop()

    async def work_off(self) -> None:
        """Take in everything that is waiting."""
        try:
            self._asked.set()
            while self._asked.is_set():
                self._asked.clear()
                await self._fill()
                if working := self._working():
                    await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._stop()

    async def _forgotten(self, video_id: str) -> bool:
        if video := await self._videos.get(video_id):
            return await self._library.remove_video(video)  # with its row, that of its intake goes
        if gone := await self._intakes.forget(video_id):
            log.info("intake called off", video_id=video_id)
        return gone

    async def _add(
        self, intake: Intake, destinations: Sequence[Destination], *, unfinished_below: int | None = None
    ) -> Intake:
        if not await self._intakes.add(intake, destinations, unfinished_below=unfinished_below):
            raise TooManyAtOnce(f"{unfinished_below} of your videos are on their way; wait for one of them.")
        log.info("intake accepted", video_id=intake.video_id, owner_id=intake.owner_id)
        self._asked.set()
        return intake

    async def _fill(self) -> None:
        """Begin whatever there is a free place for."""
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault
        for line in self._lines:
            while len(line.running) < line.size and await self._begin_next(line):
                pass

    async def _begin_next(self, line: Line) -> bool:
        async with self._claims:
            intake = await self._intakes.begin_next(
                line.lane,
                busy=[video_id for each in self._lines for video_id in each.running],
                begun=line.running,
                of_one_owner=line.of_one_owner,
            )
            if intake is None:
                return False
            task = asyncio.create_task(self._taken(intake, line), name=intake.video_id)
            line.running[intake.video_id] = task
        task.add_done_callback(lambda ended: self._ended(line, ended))
        return True

    async def _taken(self, intake: Intake, line: Line) -> None:
        """Every way out but a crash leaves a status that tells the truth."""
        try:
            if intake.tries > self._limits.tries:
                raise ExportRefused(WORN_OUT)
            if await line.work(intake):
                self._on_news()
        except asyncio.CancelledError:
            await self._intakes.put_back(intake.video_id)
            raise
        except ExportError as error:
            await self._fail(intake, str(error), detail=getattr(error, "detail", ""))
        except Exception:
            log.exception("intake broke", video_id=intake.video_id)
            await self._fail(intake, BROKEN)
        finally:
            self._arrivals.forget_progress(intake.video_id)
            self._on_step()

    async def _fail(self, intake: Intake, error: str, *, detail: str = "") -> None:
        if await self._arrivals.fail(intake, error):
            self._on_news()
            log.warning("intake failed", video_id=intake.video_id, error=error, detail=detail)

    def _ended(self, line: Line, task: asyncio.Task[None]) -> None:
        del line.running[task.get_name()]
        if not task.cancelled() and (error := task.exception()):
            self._fault = error  # its end could not be written: no more is begun until the loop starts anew
        self._asked.set()

    def _working(self) -> list[asyncio.Task[None]]:
        return [task for line in self._lines for task in line.running.values()]

    async def _stop(self) -> None:
        """Break off what is under way: it is put back, and no try is counted."""
        working = self._working()
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)

"""Every video that was taken on comes in, or says why not, whatever happens on the way."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from processing.errors import FetchRefused, TooManyAtOnce
from processing.ffmpeg import Tools
from processing.ingest import Library
from processing.ingestor import BROKEN, WORN_OUT, Ingestor, IntakeLimits
from processing.opener import Opener
from processing.scenes import SceneBounds
from storage.database import Database
from storage.files import LocalFiles
from storage.intake_models import INTAKE_TRANSITIONS, Intake, IntakeStatus
from storage.intakes import Intakes
from storage.scenes import Scenes
from storage.videos import Videos
from tests.fakes import Clock
from tests.processing.reels import reel

URL = "https://films.example/holiday.mp4?key=secret"


@dataclass
class Shelf:
    """Hands out one file for every address. Shut `gate` to let it stop half-way; set `error` to fail."""

    file: Path
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    half: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None

    async def __call__(self, url: str, path: Path, *, on_progress: Callable[[float], None]) -> None:
        path.write_bytes(b"half of it")
        on_progress(0.5)
        self.half.set()
        await self.gate.wait()
        if self.error:
            raise self.error
        shutil.copy(self.file, path)


class Studio:
    """An ingestor on a real database, which can be stopped and opened anew."""

    def __init__(
        self, database: Database, files: LocalFiles, tools: Tools, clip: Path, scratch: Path
    ) -> None:
        self.clock = Clock()
        self.videos, self.scenes, self.intakes = Videos(database), Scenes(database), Intakes(database)
        self.files, self.tools, self.scratch = files, tools, scratch
        self.library = Library(
            videos=self.videos, scenes=self.scenes, files=files, tools=tools, now=self.clock
        )
        self.shelf = Shelf(clip)
        self.rung: list[str] = []
        self.shelf.gate.set()

    def ingestor(self, **limits: object) -> Ingestor:
        bounds = SceneBounds(shortest_s=1, target_s=1.2, longest_s=2)
        return Ingestor(
            library=self.library,
            videos=self.videos,
            intakes=self.intakes,
            opener=Opener(self.files),
            fetch=self.shelf,
            tools=self.tools,
            scratch=self.scratch,
            limits=IntakeLimits(**{"scenes": bounds, **limits}),  # type: ignore[arg-type]
            now=self.clock,
            on_news=lambda: self.rung.append("there is news"),
        )

    async def finished(self, ingestor: Ingestor, video_id: str) -> Intake:
        """What has become of that video when everything is worked off."""
        await ingestor.work_off()
        intake = await self.intakes.get(video_id)
        assert intake is not None
        return intake


@pytest.fixture(scope="session")
def clip(tools: Tools, clip_folder: Path) -> Path:
    return reel(tools, clip_folder / "three.mp4", ("clock", 1.2), ("wall", 1.2), ("fractal", 1.2))


@pytest.fixture
def studio(database: Database, files: LocalFiles, tools: Tools, clip: Path, tmp_path: Path) -> Studio:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Studio(database, files, tools, clip, scratch)


async def test_a_video_is_fetched_and_its_scenes_are_found(studio: Studio) -> None:
    ingestor = studio.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    done = await studio.finished(ingestor, asked.video_id)
    assert (done.status, done.error, done.url) == (IntakeStatus.READY, None, None)
    assert done.findings is not None
    assert done.findings.cuts_s == pytest.approx((1.2, 2.4), abs=0.04)
    video = await studio.library.video(asked.video_id, owner_id="ana")
    assert video is not None
    assert video.title == "holiday.mp4"
    found = await studio.library.scenes_of(video)
    assert [(scene.start_s, scene.end_s) for scene in found] == [(0, 1.2), (1.2, 2.4), (2.4, 3.6)]
    assert set(await studio.intakes.scene_facts(video.id)) == {scene.id for scene in found}
    assert list(studio.scratch.iterdir()) == []


async def test_whoever_brings_news_is_woken_once_for_each_end(studio: Studio) -> None:
    ingestor = studio.ingestor(detects=False)
    await ingestor.request(URL, owner_id="ana")
    await ingestor.work_off()
    assert len(studio.rung) == 1
    studio.shelf.error = FetchRefused("The server answers 404.")
    await ingestor.request(URL, owner_id="ana")
    await ingestor.work_off()
    assert len(studio.rung) == 2


async def test_a_video_that_is_held_gets_its_scenes_too(studio: Studio, clip: Path) -> None:
    upload = Path(shutil.copy(clip, studio.scratch / "upload"))
    video = await studio.library.add_video(upload, owner_id="ana", name="clip.mp4")
    ingestor = studio.ingestor()
    await ingestor.find_scenes(video)
    assert (await studio.finished(ingestor, video.id)).status is IntakeStatus.READY
    assert len(await studio.library.scenes_of(video)) == 3


async def test_what_was_measured_in_a_scene_is_forgotten_when_it_is_moved_not_when_it_is_renamed(
    studio: Studio,
) -> None:
    ingestor = studio.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    await studio.finished(ingestor, asked.video_id)
    first, second, third = await studio.scenes.of_video(asked.video_id)
    await studio.library.change_scene(first, title="Another name")
    await studio.library.change_scene(second, end_s=2.0)
    assert set(await studio.intakes.scene_facts(asked.video_id)) == {first.id, third.id}


async def test_an_operator_can_turn_detection_off(studio: Studio) -> None:
    ingestor = studio.ingestor(detects=False)
    asked = await ingestor.request(URL, owner_id="ana")
    done = await studio.finished(ingestor, asked.video_id)
    assert (done.status, done.findings) == (IntakeStatus.READY, None)
    assert await studio.scenes.of_video(asked.video_id) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(FetchRefused("There is no file at that address."), "no file at that", id="refused"),
        pytest.param(RuntimeError("secret /path"), BROKEN, id="broken"),
    ],
)
async def test_a_failed_fetch_says_why_and_leaves_nothing(
    studio: Studio, error: Exception, said: str
) -> None:
    studio.shelf.error = error
    ingestor = studio.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    done = await studio.finished(ingestor, asked.video_id)
    assert (done.status, done.url) == (IntakeStatus.FAILED, None)
    assert said in (done.error or "")
    assert "secret" not in (done.error or "")
    assert await studio.files.entries() == []
    assert list(studio.scratch.iterdir()) == []


async def test_what_is_no_video_is_not_kept(studio: Studio, tmp_path: Path) -> None:
    studio.shelf.file = tmp_path / "page.html"
    studio.shelf.file.write_text("<html>Please log in</html>")
    ingestor = studio.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    done = await studio.finished(ingestor, asked.video_id)
    assert (done.status, done.error) == (IntakeStatus.FAILED, "The file is not a video.")
    assert await studio.files.entries() == []


async def killed(studio: Studio, asked: Intake, status: IntakeStatus) -> None:
    """Leave everything as a crash in that state leaves it."""
    await studio.intakes.begin_next()
    if status is IntakeStatus.FETCHING:
        return
    await studio.intakes.step(asked.video_id, IntakeStatus.PROBING)
    if status is IntakeStatus.DETECTING:
        upload = Path(shutil.copy(studio.shelf.file, studio.scratch / "upload"))
        await studio.library.add_video(upload, owner_id="ana", name="x", video_id=asked.video_id)
        await studio.intakes.step(asked.video_id, IntakeStatus.DETECTING)


@pytest.mark.parametrize("status", [IntakeStatus.FETCHING, IntakeStatus.PROBING, IntakeStatus.DETECTING])
async def test_a_crash_in_any_state_loses_nothing_and_doubles_nothing(
    studio: Studio, status: IntakeStatus
) -> None:
    asked = await studio.ingestor().request(URL, owner_id="ana")
    await killed(studio, asked, status)
    done = await studio.finished(studio.ingestor(), asked.video_id)
    assert done.status is IntakeStatus.READY
    assert len(await studio.scenes.of_video(asked.video_id)) == 3
    assert len(await studio.files.entries()) == 1


async def test_what_was_being_probed_is_fetched_again_after_a_crash(studio: Studio) -> None:
    asked = await studio.ingestor().request(URL, owner_id="ana")
    await killed(studio, asked, IntakeStatus.PROBING)
    begun = await studio.intakes.begin_next()
    assert begun is not None
    assert (begun.status, begun.tries) == (IntakeStatus.FETCHING, 2)


async def test_a_crash_between_the_video_and_its_status_loses_nothing(studio: Studio) -> None:
    asked = await studio.ingestor().request(URL, owner_id="ana")
    await killed(studio, asked, IntakeStatus.PROBING)
    upload = Path(shutil.copy(studio.shelf.file, studio.scratch / "upload"))
    await studio.library.add_video(upload, owner_id="ana", name="x", video_id=asked.video_id)
    assert (await studio.finished(studio.ingestor(), asked.video_id)).status is IntakeStatus.READY
    assert len(await studio.scenes.of_video(asked.video_id)) == 3


async def test_a_shutdown_in_mid_fetch_is_no_try_and_the_next_start_goes_on(studio: Studio) -> None:
    studio.shelf.gate.clear()
    ingestor = studio.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    task = asyncio.create_task(ingestor.run())
    await studio.shelf.half.wait()
    assert ingestor.progress == {asked.video_id: 0.5}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    stopped = await studio.intakes.get(asked.video_id)
    assert stopped is not None
    assert (stopped.status, stopped.tries) == (IntakeStatus.FETCHING, 0)
    assert list(studio.scratch.iterdir()) == []
    studio.shelf.gate.set()
    assert (await studio.finished(studio.ingestor(), asked.video_id)).status is IntakeStatus.READY


async def test_a_video_that_breaks_the_service_again_and_again_is_given_up(studio: Studio) -> None:
    ingestor = studio.ingestor(tries=2)
    asked = await ingestor.request(URL, owner_id="ana")
    for _ in range(2):
        await killed(studio, asked, IntakeStatus.FETCHING)
    assert (await studio.finished(ingestor, asked.video_id)).error == WORN_OUT


async def test_a_video_that_is_removed_on_its_way_leaves_no_scenes(studio: Studio) -> None:
    asked = await studio.ingestor().request(URL, owner_id="ana")
    await killed(studio, asked, IntakeStatus.DETECTING)
    video = await studio.videos.get(asked.video_id)
    assert video is not None
    await studio.library.remove_video(video)
    assert await studio.intakes.get(asked.video_id) is None
    assert not await studio.intakes.complete(asked.video_id, findings=None, scenes=[], now=studio.clock())


async def test_the_same_bytes_of_two_users_are_held_once_until_the_last_is_removed(
    studio: Studio,
) -> None:
    ingestor = studio.ingestor(detects=False)
    asked = [await ingestor.request(URL, owner_id=owner) for owner in ("ana", "ben")]
    for intake in asked:
        await studio.finished(ingestor, intake.video_id)
    held = [await studio.videos.get(intake.video_id) for intake in asked]
    assert len(await studio.files.entries()) == 1
    for video, files_left in zip(held, (1, 0), strict=True):
        assert video is not None
        await studio.library.remove_video(video)
        assert len(await studio.files.entries()) == files_left


async def test_a_user_who_holds_too_much_is_refused_and_others_are_not(studio: Studio) -> None:
    size = studio.shelf.file.stat().st_size
    studio.library = Library(
        videos=studio.videos,
        scenes=studio.scenes,
        files=studio.files,
        tools=studio.tools,
        now=studio.clock,
        storage_bytes=size + 1,
    )
    ingestor = studio.ingestor(detects=False)
    outcomes = []
    for owner in ("ana", "ana", "ben"):
        asked = await ingestor.request(URL, owner_id=owner)
        outcomes.append((await studio.finished(ingestor, asked.video_id)).status)
    assert outcomes == [IntakeStatus.READY, IntakeStatus.FAILED, IntakeStatus.READY]


async def test_a_user_may_have_only_so_many_on_their_way(studio: Studio) -> None:
    ingestor = studio.ingestor(unfinished=2)
    for _ in range(2):
        await ingestor.request(URL, owner_id="ana")
    with pytest.raises(TooManyAtOnce, match="wait for one"):
        await ingestor.request(URL, owner_id="ana")
    await ingestor.request(URL, owner_id="ben")


@pytest.mark.parametrize("before", IntakeStatus)
@pytest.mark.parametrize("after", [IntakeStatus.PROBING, IntakeStatus.DETECTING])
async def test_only_the_steps_of_the_table_can_be_taken(
    studio: Studio, database: Database, before: IntakeStatus, after: IntakeStatus
) -> None:
    asked = await studio.ingestor().request(URL, owner_id="ana")
    async with database.transaction() as connection:
        await connection.execute("UPDATE intakes SET status = ?", (before,))
    assert await studio.intakes.step(asked.video_id, after) == (after in INTAKE_TRANSITIONS[before])


async def test_of_many_requests_at_once_no_more_are_taken_than_may_be_on_their_way(studio: Studio) -> None:
    ingestor = studio.ingestor(unfinished=3)
    asked = await asyncio.gather(
        *(ingestor.request(URL, owner_id="ana") for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(one, Intake) for one in asked) == 3
    assert {str(one) for one in asked if not isinstance(one, Intake)} == {
        "3 of your videos are on their way; wait for one of them."
    }

"""Every video that was taken on comes in, or says why not, whatever happens on the way."""

import asyncio
import shutil
from pathlib import Path

import pytest

from processing.errors import FetchRefused, TooManyAtOnce
from processing.ingestor import BROKEN, WORN_OUT
from storage.database import Database
from storage.intake_models import INTAKE_TRANSITIONS, Intake, IntakeStatus
from storage.intake_queue import Lane
from tests.processing.reception import URL, Reception


async def test_a_video_is_fetched_and_its_scenes_are_found(reception: Reception) -> None:
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    done = await reception.finished(ingestor, asked.video_id)
    assert (done.status, done.error, done.url) == (IntakeStatus.READY, None, None)
    assert done.findings is not None
    assert done.findings.cuts_s == pytest.approx((1.2, 2.4), abs=0.04)
    video = await reception.library.video(asked.video_id, owner_id="ana")
    assert video is not None
    assert video.title == "holiday.mp4"
    found = await reception.library.scenes_of(video)
    assert [(scene.start_s, scene.end_s) for scene in found] == [(0, 1.2), (1.2, 2.4), (2.4, 3.6)]
    assert set(await reception.intakes.scene_facts(video.id)) == {scene.id for scene in found}
    assert list(reception.scratch.iterdir()) == []


async def test_whoever_brings_news_is_woken_once_for_each_end(reception: Reception) -> None:
    ingestor = reception.ingestor(detects=False)
    await ingestor.request(URL, owner_id="ana")
    await ingestor.work_off()
    assert len(reception.rung) == 1
    reception.shelf.error = FetchRefused("The server answers 404.")
    await ingestor.request(URL, owner_id="ana")
    await ingestor.work_off()
    assert len(reception.rung) == 2


async def test_a_video_that_is_held_gets_its_scenes_too(reception: Reception, three_shots: Path) -> None:
    upload = Path(shutil.copy(three_shots, reception.scratch / "upload"))
    video = await reception.library.add_video(upload, owner_id="ana", name="clip.mp4")
    ingestor = reception.ingestor()
    await ingestor.find_scenes(video)
    assert (await reception.finished(ingestor, video.id)).status is IntakeStatus.READY
    assert len(await reception.library.scenes_of(video)) == 3


async def test_what_was_measured_in_a_scene_is_forgotten_when_it_is_moved_not_when_it_is_renamed(
    reception: Reception,
) -> None:
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    await reception.finished(ingestor, asked.video_id)
    first, second, third = await reception.scenes.of_video(asked.video_id)
    await reception.library.change_scene(first, title="Another name")
    await reception.library.change_scene(second, end_s=2.0)
    assert set(await reception.intakes.scene_facts(asked.video_id)) == {first.id, third.id}


async def test_an_operator_can_turn_detection_off(reception: Reception) -> None:
    ingestor = reception.ingestor(detects=False)
    asked = await ingestor.request(URL, owner_id="ana")
    done = await reception.finished(ingestor, asked.video_id)
    assert (done.status, done.findings) == (IntakeStatus.READY, None)
    assert await reception.scenes.of_video(asked.video_id) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(FetchRefused("There is no file at that address."), "no file at that", id="refused"),
        pytest.param(RuntimeError("secret /path"), BROKEN, id="broken"),
    ],
)
async def test_a_failed_fetch_says_why_and_leaves_nothing(
    reception: Reception, error: Exception, said: str
) -> None:
    reception.shelf.error = error
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    done = await reception.finished(ingestor, asked.video_id)
    assert (done.status, done.url) == (IntakeStatus.FAILED, None)
    assert said in (done.error or "")
    assert "secret" not in (done.error or "")
    assert await reception.files.entries() == []
    assert list(reception.scratch.iterdir()) == []


async def test_what_is_no_video_is_not_kept(reception: Reception, tmp_path: Path) -> None:
    reception.shelf.file = tmp_path / "page.html"
    reception.shelf.file.write_text("<html>Please log in</html>")
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    done = await reception.finished(ingestor, asked.video_id)
    assert (done.status, done.error) == (IntakeStatus.FAILED, "The file is not a video.")
    assert await reception.files.entries() == []


async def killed(reception: Reception, asked: Intake, status: IntakeStatus) -> None:
    """Leave everything as a crash in that state leaves it."""
    await reception.intakes.begin_next(Lane.BRINGING)
    if status is IntakeStatus.FETCHING:
        return
    await reception.intakes.step(asked.video_id, IntakeStatus.PROBING)
    if status is IntakeStatus.DETECTING:
        upload = Path(shutil.copy(reception.shelf.file, reception.scratch / "upload"))
        await reception.library.add_video(upload, owner_id="ana", name="x", video_id=asked.video_id)
        await reception.intakes.step(asked.video_id, IntakeStatus.DETECTING)


@pytest.mark.parametrize("status", [IntakeStatus.FETCHING, IntakeStatus.PROBING, IntakeStatus.DETECTING])
async def test_a_crash_in_any_state_loses_nothing_and_doubles_nothing(
    reception: Reception, status: IntakeStatus
) -> None:
    asked = await reception.ingestor().request(URL, owner_id="ana")
    await killed(reception, asked, status)
    done = await reception.finished(reception.ingestor(), asked.video_id)
    assert done.status is IntakeStatus.READY
    assert len(await reception.scenes.of_video(asked.video_id)) == 3
    assert len(await reception.files.entries()) == 1


async def test_what_was_being_probed_is_fetched_again_after_a_crash(reception: Reception) -> None:
    asked = await reception.ingestor().request(URL, owner_id="ana")
    await killed(reception, asked, IntakeStatus.PROBING)
    begun = await reception.intakes.begin_next(Lane.BRINGING)
    assert begun is not None
    assert (begun.status, begun.tries) == (IntakeStatus.FETCHING, 2)


async def test_a_crash_between_the_video_and_its_status_loses_nothing(reception: Reception) -> None:
    asked = await reception.ingestor().request(URL, owner_id="ana")
    await killed(reception, asked, IntakeStatus.PROBING)
    upload = Path(shutil.copy(reception.shelf.file, reception.scratch / "upload"))
    await reception.library.add_video(upload, owner_id="ana", name="x", video_id=asked.video_id)
    assert (await reception.finished(reception.ingestor(), asked.video_id)).status is IntakeStatus.READY
    assert len(await reception.scenes.of_video(asked.video_id)) == 3


async def test_a_shutdown_in_mid_fetch_is_no_try_and_the_next_start_goes_on(reception: Reception) -> None:
    reception.shelf.gate.clear()
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    task = asyncio.create_task(ingestor.run())
    await reception.shelf.half.wait()
    assert ingestor.progress == {asked.video_id: 0.5}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    stopped = await reception.intakes.get(asked.video_id)
    assert stopped is not None
    assert (stopped.status, stopped.tries) == (IntakeStatus.FETCHING, 0)
    assert list(reception.scratch.iterdir()) == []
    reception.shelf.gate.set()
    assert (await reception.finished(reception.ingestor(), asked.video_id)).status is IntakeStatus.READY


async def test_a_video_that_breaks_the_service_again_and_again_is_given_up(reception: Reception) -> None:
    ingestor = reception.ingestor(tries=2)
    asked = await ingestor.request(URL, owner_id="ana")
    for _ in range(2):
        await killed(reception, asked, IntakeStatus.FETCHING)
    assert (await reception.finished(ingestor, asked.video_id)).error == WORN_OUT


async def test_what_has_come_in_at_the_last_try_has_all_its_tries_to_be_watched(reception: Reception) -> None:
    ingestor = reception.ingestor(tries=2)
    asked = await ingestor.request(URL, owner_id="ana")
    await killed(reception, asked, IntakeStatus.FETCHING)
    assert (await reception.finished(ingestor, asked.video_id)).status is IntakeStatus.READY


async def test_a_video_that_is_removed_on_its_way_leaves_no_scenes(reception: Reception) -> None:
    asked = await reception.ingestor().request(URL, owner_id="ana")
    await killed(reception, asked, IntakeStatus.DETECTING)
    video = await reception.videos.get(asked.video_id)
    assert video is not None
    await reception.library.remove_video(video)
    assert await reception.intakes.get(asked.video_id) is None
    assert not await reception.intakes.complete(
        asked.video_id, findings=None, scenes=[], now=reception.clock()
    )


async def test_the_same_bytes_of_two_users_are_held_once_until_the_last_is_removed(
    reception: Reception,
) -> None:
    ingestor = reception.ingestor(detects=False)
    asked = [await ingestor.request(URL, owner_id=owner) for owner in ("ana", "ben")]
    for intake in asked:
        await reception.finished(ingestor, intake.video_id)
    held = [await reception.videos.get(intake.video_id) for intake in asked]
    assert len(await reception.files.entries()) == 1
    for video, files_left in zip(held, (1, 0), strict=True):
        assert video is not None
        await reception.library.remove_video(video)
        assert len(await reception.files.entries()) == files_left


async def test_a_user_who_holds_too_much_is_refused_and_others_are_not(reception: Reception) -> None:
    size = reception.shelf.file.stat().st_size
    reception.open_library(storage_bytes=size + 1)
    ingestor = reception.ingestor(detects=False)
    outcomes = []
    for owner in ("ana", "ana", "ben"):
        asked = await ingestor.request(URL, owner_id=owner)
        outcomes.append((await reception.finished(ingestor, asked.video_id)).status)
    assert outcomes == [IntakeStatus.READY, IntakeStatus.FAILED, IntakeStatus.READY]


async def test_for_a_user_without_any_room_nothing_is_fetched(reception: Reception) -> None:
    reception.open_library(storage_bytes=reception.shelf.file.stat().st_size)
    ingestor = reception.ingestor(detects=False)
    done = []
    for _ in range(2):
        asked = await ingestor.request(URL, owner_id="ana")
        done.append(await reception.finished(ingestor, asked.video_id))
    assert [intake.status for intake in done] == [IntakeStatus.READY, IntakeStatus.FAILED]
    assert "Remove one to make room" in (done[1].error or "")
    assert len(reception.shelf.asked) == 1


async def test_a_user_may_have_only_so_many_on_their_way(reception: Reception) -> None:
    ingestor = reception.ingestor(unfinished=2)
    for _ in range(2):
        await ingestor.request(URL, owner_id="ana")
    with pytest.raises(TooManyAtOnce, match="wait for one"):
        await ingestor.request(URL, owner_id="ana")
    await ingestor.request(URL, owner_id="ben")


@pytest.mark.parametrize("before", IntakeStatus)
@pytest.mark.parametrize("after", [IntakeStatus.PROBING, IntakeStatus.DETECTING])
async def test_only_the_steps_of_the_table_can_be_taken(
    reception: Reception, database: Database, before: IntakeStatus, after: IntakeStatus
) -> None:
    asked = await reception.ingestor().request(URL, owner_id="ana")
    async with database.transaction() as connection:
        await connection.execute("UPDATE intakes SET status = ?", (before,))
    assert await reception.intakes.step(asked.video_id, after) == (after in INTAKE_TRANSITIONS[before])


async def test_of_many_requests_at_once_no_more_are_taken_than_may_be_on_their_way(
    reception: Reception,
) -> None:
    ingestor = reception.ingestor(unfinished=3)
    asked = await asyncio.gather(
        *(ingestor.request(URL, owner_id="ana") for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(one, Intake) for one in asked) == 3
    assert {str(one) for one in asked if not isinstance(one, Intake)} == {
        "3 of your videos are on their way; wait for one of them."
    }

"""What a video is brought for is there when the video is, and not without it."""

import shutil
from pathlib import Path

import pytest

from processing.errors import InvalidTrim
from storage.intake_models import IntakeStatus, Wish
from storage.intake_queue import Lane
from tests.processing.reception import URL, Reception, taking_in

NAMED = Wish(title="Goal", start_s=0.5, end_s=1.5, guild_id="studio")


async def scenes_for(reception: Reception, user_id: str, guild_id: str) -> list[tuple[str, float, float]]:
    """The scenes that somebody has there, by title and times."""
    scenes = await reception.scenes.listed(user_id, guild_id=guild_id, at_most=9)
    return [(scene.title, scene.start_s, scene.end_s) for scene in scenes]


async def test_the_scene_that_was_named_is_there_and_shared(reception: Reception) -> None:
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana", finds_scenes=False, wish=NAMED)
    assert (await reception.finished(ingestor, asked.video_id)).status is IntakeStatus.READY
    assert await scenes_for(reception, "ben", "studio") == [("Goal", 0.5, 1.5)]
    assert await scenes_for(reception, "ben", "elsewhere") == []


async def test_a_stop_in_mid_fetch_does_not_forget_the_wish(reception: Reception) -> None:
    reception.shelf.gate.clear()
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana", finds_scenes=False, wish=NAMED)
    async with taking_in(ingestor):
        await reception.shelf.half.wait()
    reception.shelf.gate.set()
    await reception.finished(reception.ingestor(), asked.video_id)
    assert await scenes_for(reception, "ben", "studio") == [("Goal", 0.5, 1.5)]


async def test_a_crash_behind_the_row_of_the_video_doubles_nothing(
    reception: Reception, three_shots: Path
) -> None:
    asked = await reception.ingestor().request(URL, owner_id="ana", finds_scenes=False, wish=NAMED)
    await reception.intakes.begin_next(Lane.BRINGING)
    upload = Path(shutil.copy(three_shots, reception.scratch / "upload"))
    await reception.library.add_video(
        upload, owner_id="ana", name="x", video_id=asked.video_id, wish=asked.wish
    )
    assert (await reception.finished(reception.ingestor(), asked.video_id)).status is IntakeStatus.READY
    assert await scenes_for(reception, "ben", "studio") == [("Goal", 0.5, 1.5)]


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        pytest.param(Wish(start_s=1, end_s=9), "must lie inside the video, 0 s to 3.6 s.", id="end"),
        pytest.param(Wish(start_s=9, end_s=10), "must lie inside the video, 0 s to 3.6 s.", id="both"),
        pytest.param(Wish(start_s=9), "The end must come at least 0.1 s after the start.", id="start"),
    ],
)
async def test_a_video_without_the_scene_that_it_was_brought_for_is_not_kept(
    reception: Reception, wish: Wish, says: str, three_shots: Path
) -> None:
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana", finds_scenes=False, wish=wish)
    done = await reception.finished(ingestor, asked.video_id)
    assert done.status is IntakeStatus.FAILED
    assert says in (done.error or "")
    upload = Path(shutil.copy(three_shots, reception.scratch / "upload"))
    with pytest.raises(InvalidTrim, match=says):
        await reception.library.add_video(upload, owner_id="ana", name="x", wish=wish)
    upload.unlink()
    assert await reception.videos.of_owner("ana") == []
    assert await reception.is_tidy()


@pytest.mark.parametrize(
    ("title", "called"), [(None, "holiday.mp4 0-3.6 s"), ("Holiday", "Holiday")], ids=["untitled", "titled"]
)
async def test_where_none_is_named_and_none_are_found_the_whole_video_is_a_scene(
    reception: Reception, title: str | None, called: str
) -> None:
    ingestor = reception.ingestor(detects=False)
    wish = Wish(title=title, guild_id="studio")
    asked = await ingestor.request(URL, owner_id="ana", title=title, wish=wish)
    await reception.finished(ingestor, asked.video_id)
    assert await scenes_for(reception, "ben", "studio") == [(called, 0, 3.6)]


async def test_a_video_whose_scenes_cannot_be_found_is_one_scene_and_shared(
    reception: Reception, three_shots: Path
) -> None:
    upload = Path(shutil.copy(three_shots, reception.scratch / "upload"))
    wish = Wish(guild_id="studio")
    video = await reception.library.add_video(upload, owner_id="ana", name="x.mp4", wish=wish)
    ingestor = reception.ingestor(detect_timeout_s=0.001)
    await ingestor.find_scenes(video, wish=wish)
    assert (await reception.finished(ingestor, video.id)).status is IntakeStatus.FAILED
    assert await scenes_for(reception, "ben", "studio") == [("x.mp4 0-3.6 s", 0, 3.6)]


async def test_scenes_that_are_found_are_shared_and_the_whole_is_none_of_them(reception: Reception) -> None:
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana", wish=Wish(guild_id="studio"))
    await reception.finished(ingestor, asked.video_id)
    found = [(start_s, end_s) for _, start_s, end_s in await scenes_for(reception, "ben", "studio")]
    assert found == [(0, 1.2), (1.2, 2.4), (2.4, 3.6)]


async def test_a_video_that_is_called_off_leaves_nothing_of_the_wish(reception: Reception) -> None:
    reception.shelf.gate.clear()
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana", finds_scenes=False, wish=NAMED)
    async with taking_in(ingestor):
        await reception.shelf.half.wait()
        assert await ingestor.remove(asked.video_id)
    reception.shelf.gate.set()
    await reception.ingestor().work_off()
    assert await scenes_for(reception, "ben", "studio") == []

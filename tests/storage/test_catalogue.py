"""The tables of videos, scenes and notes."""

import unicodedata
from datetime import timedelta

import pytest

from storage.database import Database
from storage.notes import Notes
from storage.scenes import _OPEN as OPEN
from storage.scenes import _SELECT as SELECT
from storage.scenes import Scenes
from storage.videos import Videos
from tests import samples
from tests.samples import NOON


async def test_a_video_is_read_back_as_it_was_written(videos: Videos) -> None:
    video = samples.video(has_audio=False)
    await videos.add(video)
    assert await videos.get(video.id) == video
    assert await videos.get("vid_unknown") is None
    assert await videos.file_keys() == {video.file_key}


async def test_a_users_videos_are_newest_first_and_theirs_alone(videos: Videos) -> None:
    old, new = samples.video(), samples.video(created_at=NOON + timedelta(seconds=1))
    for video in (old, new, samples.video(owner_id="ben")):
        await videos.add(video)
    assert await videos.of_owner("ana") == [new, old]


async def test_a_scene_belongs_to_the_owner_of_its_video(videos: Videos, scenes: Scenes) -> None:
    video = samples.video(owner_id="ben")
    await videos.add(video)
    scene = samples.scene(video, owner_id="whoever asks")
    await scenes.add(scene)
    kept = await scenes.get(scene.id)
    assert kept is not None
    assert kept.owner_id == "ben"
    assert await scenes.get("scn_unknown") is None


async def test_scenes_of_a_video_are_in_order_of_time(videos: Videos, scenes: Scenes) -> None:
    video = samples.video()
    await videos.add(video)
    late, early = samples.scene(video, start_s=15.0), samples.scene(video, start_s=2.0)
    for scene in (late, early):
        await scenes.add(scene)
    assert await scenes.of_video(video.id) == [early, late]


async def test_a_search_does_not_look_through_what_others_have(database: Database) -> None:
    plan = await database.fetch_all(f"EXPLAIN QUERY PLAN {SELECT} WHERE {OPEN}", ("ana", "guild"))
    steps = [row["detail"] for row in plan]
    assert any("scenes_by_video" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN")]


async def test_a_search_takes_what_is_typed_literally(videos: Videos, scenes: Scenes) -> None:
    video = samples.video()
    await videos.add(video)
    for title in ("100 % goal", "100 x goal", "under_score", "back\\slash"):
        await scenes.add(samples.scene(video, title=title))

    async def found(text: str, owner_id: str = "ana") -> list[str]:
        return [scene.title for scene in await scenes.matching(owner_id, text, at_most=10)]

    assert await found("100 %") == ["100 % goal"]
    assert await found("R_S") == ["under_score"]
    assert await found("k\\s") == ["back\\slash"]
    assert len(await found("")) == 4
    assert await found("", owner_id="ben") == []


@pytest.mark.parametrize("written", ["Überfall", "ÜBERFALL", unicodedata.normalize("NFD", "Überfall")])
@pytest.mark.parametrize("typed", ["über", "ÜBER", "Über", unicodedata.normalize("NFD", "über"), "FALL"])
async def test_a_search_knows_the_capitals_of_every_letter(
    videos: Videos, scenes: Scenes, written: str, typed: str
) -> None:
    titled, other = samples.video(title=written), samples.video(id="vid_2", title="Straße")
    for video in (titled, other):
        await videos.add(video)
    await scenes.add(samples.scene(titled, id="scn_1", title="Of the video's title"))
    await scenes.add(samples.scene(other, id="scn_2", title=written))
    await scenes.add(samples.scene(other, id="scn_3", title="Ubertragung"))
    found = {scene.id for scene in await scenes.matching("ana", typed, at_most=10)}
    assert found == {"scn_1", "scn_2"}
    assert {scene.id for scene in await scenes.matching("ana", "STRASSE", at_most=10)} == {"scn_2", "scn_3"}


async def test_a_note_is_overwritten(database: Database) -> None:
    notes = Notes(database)
    assert await notes.get("hash") is None
    for value in ("one", "two"):
        await notes.put("hash", value)
    assert await notes.get("hash") == "two"

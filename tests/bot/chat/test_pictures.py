"""A list of scenes comes with the pictures that the album has, and does not fail where it has none."""

from pathlib import Path

import pytest

from bot.chat import pictures
from processing.ffmpeg import find_tools
from storage.models import Scene
from tests import clips
from tests.bot.chat.house import House, opened


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(find_tools(), tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is slow, not wrong: that pictures are late is said where it is meant."""
    monkeypatch.setattr(pictures, "PATIENCE_S", 600)


async def scene_of(house: House, clip: Path, *, title: str) -> Scene:
    scene = await house.services.scenes.get(await house.add_scene("ana", clip, title=title))
    assert scene is not None
    return scene


async def test_a_picture_is_taken_once_for_discord_and_http(tmp_path: Path, clip: Path) -> None:
    async with opened(tmp_path) as house:
        scene = await scene_of(house, clip, title="Kick-off")
        taken = await pictures.thumbnails([scene], house.services)
        assert taken[scene.id][:2] == b"\xff\xd8"
        video = await house.services.videos.get(scene.video_id)
        assert video is not None
        await house.services.files.delete(video.file_key)  # nothing is left to take another from
        assert await house.services.album.thumbnail(video, scene) == taken[scene.id]
        assert await pictures.thumbnails([scene], house.services) == taken


@pytest.mark.parametrize("how", ["gone", "broken"])
async def test_a_scene_without_a_picture_leaves_the_others_theirs(
    tmp_path: Path, clip: Path, how: str
) -> None:
    other = clips.plain(find_tools(), tmp_path / "other.mp4", seconds=0.5)
    async with opened(tmp_path / "data") as house:
        scenes = [await scene_of(house, file, title=file.stem) for file in (clip, other)]
        video = await house.services.videos.get(scenes[0].video_id)
        assert video is not None
        await house.services.files.delete(video.file_key)
        if how == "broken":
            broken = house.services.scratch / "broken"
            broken.write_bytes(b"no video" * 100)
            await house.services.files.put(video.file_key, broken)
        assert set(await pictures.thumbnails(scenes, house.services)) == {scenes[1].id}


async def test_a_list_does_not_wait_for_ever(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "PATIENCE_S", 0)
    async with opened(tmp_path) as house:
        scene = await scene_of(house, clip, title="Kick-off")
        assert await pictures.thumbnails([scene], house.services) == {}

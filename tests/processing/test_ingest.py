"""A video comes in."""

import asyncio
import random
import shutil
from pathlib import Path

import pytest

from processing.errors import InvalidTrim, Refusal, SourceRefused, StorageFull
from processing.ffmpeg import Tools
from processing.ingest import Library
from storage.files import LocalFiles
from storage.models import Video
from storage.scenes import Scenes
from storage.videos import Videos
from tests.fakes import Clock


@pytest.fixture
async def video(library: Library, landscape: Path, tmp_path: Path) -> Video:
    return await library.add_video(copied(landscape, tmp_path), owner_id="ana", name="clip.mp4")


def copied(clip: Path, folder: Path) -> Path:
    return Path(shutil.copy(clip, folder / "upload"))


async def test_a_video_is_probed_and_kept(
    library: Library, video: Video, files: LocalFiles, tmp_path: Path, landscape: Path
) -> None:
    assert (video.width, video.height, video.has_audio) == (320, 180, True)
    assert video.duration_s == pytest.approx(2.0, abs=0.1)
    assert video.size_bytes == landscape.stat().st_size
    assert not (tmp_path / "upload").exists()
    async with files.fetch(video.file_key) as path:
        assert path.read_bytes() == landscape.read_bytes()
    assert await library.video(video.id, owner_id="ana") == video


async def test_a_strangers_video_is_as_good_as_none(library: Library, video: Video) -> None:
    assert await library.video(video.id, owner_id="ben") is None


async def test_what_is_no_video_is_refused_and_not_kept(
    library: Library, files: LocalFiles, videos: Videos, tmp_path: Path
) -> None:
    upload = tmp_path / "upload"
    upload.write_text("not a video at all")
    with pytest.raises(SourceRefused) as refused:
        await library.add_video(upload, owner_id="ana", name="clip.mp4")
    assert refused.value.reason is Refusal.NOT_MEDIA
    assert await files.entries() == []
    assert await videos.of_owner("ana") == []


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("holiday.mp4", "holiday.mp4"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n  c.mp4", "a b c.mp4"),
        ("x" * 300, "x" * 100),
    ],
)
async def test_a_title_is_one_line_that_is_safe_to_show(
    library: Library, landscape: Path, tmp_path: Path, name: str, title: str
) -> None:
    video = await library.add_video(copied(landscape, tmp_path), owner_id="ana", name=name)
    assert video.title == title


async def test_without_any_name_the_id_is_the_title(
    library: Library, landscape: Path, tmp_path: Path
) -> None:
    video = await library.add_video(copied(landscape, tmp_path), owner_id="ana", name="\x00")
    assert video.title == video.id


async def test_a_scene_lies_inside_its_video(library: Library, video: Video) -> None:
    scene = await library.add_scene(video, start_s=0.5, end_s=1.5)
    assert (scene.owner_id, scene.title) == ("ana", "clip.mp4 0.5-1.5 s")
    assert await library.scenes_of(video) == [scene]
    with pytest.raises(InvalidTrim):
        await library.add_scene(video, start_s=1.0, end_s=60.0)


async def test_a_video_that_is_removed_takes_its_pictures_with_it_and_no_others(
    library: Library, video: Video, files: LocalFiles, tmp_path: Path
) -> None:
    for key in (f"pictures/{video.id}/a.jpg", f"pictures/{video.id}0/b.jpg"):
        (tmp_path / "picture").write_bytes(b"seen")
        await files.put(key, tmp_path / "picture")
    await library.remove_video(video)
    assert [entry.key for entry in await files.entries()] == [f"pictures/{video.id}0/b.jpg"]


@pytest.mark.parametrize("seed", range(5))
async def test_the_same_bytes_of_several_who_come_and_go_at_once_are_there_while_anybody_has_them(
    library: Library, videos: Videos, files: LocalFiles, landscape: Path, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)

    async def come_and_go(owner_id: str) -> None:
        upload = Path(shutil.copy(landscape, tmp_path / owner_id))
        video = await library.add_video(upload, owner_id=owner_id, name="clip.mp4")
        async with files.fetch(video.file_key) as path:
            assert path.stat().st_size == video.size_bytes
        if dice.random() < 0.6:
            await library.remove_video(video)

    await asyncio.gather(*(come_and_go(f"user{number}") for number in range(6)))
    assert {entry.key for entry in await files.entries()} == await videos.file_keys()
    assert len(await videos.file_keys()) <= 1


async def test_of_many_that_come_at_once_no_more_are_kept_than_a_user_has_room_for(
    videos: Videos, scenes: Scenes, files: LocalFiles, tools: Tools, landscape: Path, tmp_path: Path
) -> None:
    room = 2 * landscape.stat().st_size + 100
    library = Library(videos=videos, scenes=scenes, files=files, tools=tools, now=Clock(), storage_bytes=room)

    async def comes(number: int) -> Video:
        upload = tmp_path / f"upload{number}"
        # as many files of other bytes: what stands behind the film is none of it
        upload.write_bytes(landscape.read_bytes() + bytes([number]))
        return await library.add_video(upload, owner_id="ana", name="clip.mp4")

    came = await asyncio.gather(*(comes(number) for number in range(5)), return_exceptions=True)
    assert sum(isinstance(one, Video) for one in came) == 2
    assert sum(isinstance(one, StorageFull) for one in came) == 3
    assert {entry.key for entry in await files.entries()} == await videos.file_keys()
    assert sum(video.size_bytes for video in await videos.of_owner("ana")) <= room

"""Scenes are seen before they are chosen: pictures are made once, kept, and shown to their owner alone."""

import io
from pathlib import Path

import pytest
from PIL import Image

from processing.ffmpeg import Tools
from tests.bot.web.conftest import OTHER_TOKEN, Answer, House
from tests.bot.web.test_videos import form
from tests.processing.reels import drawn


@pytest.fixture
async def scene(house: House, clip: Path) -> dict[str, str]:
    video = await house.post("/v1/videos", data=form(clip.read_bytes()))
    times = {"start_s": 0.2, "end_s": 0.8}
    answer = await house.post(f"/v1/videos/{video.json['id']}/scenes", json=times)
    return dict(answer.json)


def seen(answer: Answer) -> Image.Image:
    assert answer.status == 200, answer.json
    return Image.open(io.BytesIO(answer.raw))


@pytest.mark.parametrize(
    ("path", "kind", "form_"),
    [
        pytest.param("/v1/scenes/{id}/thumbnail", "image/jpeg", "JPEG", id="thumbnail"),
        pytest.param("/v1/scenes/{id}/preview", "image/webp", "WEBP", id="preview"),
        pytest.param("/v1/scenes/{id}/strategies", "image/png", "PNG", id="strategies"),
        pytest.param("/v1/videos/{video_id}/contact-sheet", "image/jpeg", "JPEG", id="contact-sheet"),
    ],
)
async def test_each_picture_is_made_once_and_need_not_be_sent_again(
    house: House, scene: dict[str, str], path: str, kind: str, form_: str
) -> None:
    address = path.format(**scene)
    first = await house.get(address)
    assert (seen(first).format, first.headers["Content-Type"]) == (form_, kind)
    kept = [entry.key for entry in await house.services.files.entries() if entry.key.startswith("pictures/")]
    assert len(kept) == 1
    assert (await house.get(address)).raw == first.raw
    again = await house.get(address, headers=house.bearer() | {"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.raw) == (304, b"")
    stranger = await house.get(address, headers=house.bearer(OTHER_TOKEN))
    assert stranger.status == 404


async def test_a_preview_moves(house: House, scene: dict[str, str]) -> None:
    assert getattr(seen(await house.get(f"/v1/scenes/{scene['id']}/preview")), "n_frames", 1) > 3


async def test_a_thumbnail_has_the_shape_of_the_video(house: House, scene: dict[str, str]) -> None:
    assert seen(await house.get(f"/v1/scenes/{scene['id']}/thumbnail")).size == (640, 360)


async def test_a_video_without_scenes_has_no_contact_sheet(house: House, clip: Path) -> None:
    video = await house.post("/v1/videos", data=form(clip.read_bytes()))
    assert (await house.get(f"/v1/videos/{video.json['id']}/contact-sheet")).status == 404


async def test_pictures_lose_their_bars_when_it_is_known_what_is_lit(
    house: House, tools: Tools, tmp_path: Path
) -> None:
    barred = drawn(tools, tmp_path / "barred.mp4", "testsrc2=size=160x90:rate=10,pad=160:160:0:35", seconds=7)
    video = await house.post("/v1/videos", data=form(barred.read_bytes()))
    scenes = f"/v1/videos/{video.json['id']}/scenes"
    scene = (await house.post(scenes, json={"start_s": 0.2, "end_s": 0.8})).json
    paths = [f"/v1/scenes/{scene['id']}/{name}" for name in ("thumbnail", "preview")]
    assert [seen(await house.get(path)).size for path in paths] == [(640, 640), (320, 320)]
    await house.post(f"{scenes}/find")
    await house.services.ingestor.work_off()
    assert [seen(await house.get(path)).size for path in paths] == [(640, 360), (320, 180)]

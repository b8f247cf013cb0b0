"""A video stays at its server when that is wanted and will do, and its address is told to nobody."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.chat.pictures import thumbnails
from bot.config import Settings
from processing import maintenance
from processing.errors import Refusal, SourceRefused
from processing.ffmpeg import Tools
from processing.opener import Opener
from processing.pool import LocalPool
from processing.staying import Policy, Staying
from storage.intake_models import Keep, Wish
from storage.intake_queue import Lane
from tests import clips, samples
from tests.bot.web.conftest import READS, RECIPE, SETTINGS, House
from tests.range_server import Film, showing


@pytest.fixture
async def film(clip: Path) -> AsyncIterator[Film]:
    async with showing(Film(clip.read_bytes())) as film:
        yield film


async def added(house: House, film: Film, **more: Any) -> Any:
    """The video, once it is there."""
    asked = await house.post("/v1/videos", json={"url": film.url} | more)
    assert asked.status == 202, asked.json
    await house.services.ingestor.work_off()
    intake = await house.get(f"/v1/intakes/{asked.json['id']}")
    assert (intake.json["status"], intake.json["error"]) == ("ready", None)
    return (await house.get(f"/v1/videos/{asked.json['id']}")).json


def policy(name: str) -> Settings:
    return Settings(**SETTINGS | {"ingest": {"remote": name}})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "keep", "where"),
    [
        pytest.param(policy("on_request"), None, "here", id="on-request-unasked"),
        pytest.param(policy("on_request"), "remote", "remote", id="on-request-asked"),
        pytest.param(policy("never"), "remote", "here", id="never"),
        pytest.param(policy("always"), None, "remote", id="always"),
        pytest.param(policy("always"), "here", "here", id="always-but-not-this"),
    ],
)
async def test_the_operator_and_then_the_user_decide_where_a_file_is(
    house: House, film: Film, keep: str | None, where: str
) -> None:
    video = await added(house, film, keep=keep)
    assert (video["keep"], video["title"], video["width"]) == (where, "film.mp4", 160)
    assert video["size_bytes"] == len(film.body)
    assert len(await house.services.files.entries()) == (where == "here")


def as_broadcast(clip: Path, tools: Tools, film: Film) -> None:
    path = clips.make(tools, clip.with_suffix(".ts"), "-i", str(clip), "-c", "copy", "-f", "mpegts")
    film.body = path.read_bytes()


def without_ranges(clip: Path, tools: Tools, film: Film) -> None:
    film.knows_ranges = False


def claiming_more(clip: Path, tools: Tools, film: Film) -> None:
    film.claims = len(film.body) + 1


@pytest.mark.parametrize("made", [as_broadcast, without_ranges, claiming_more])
async def test_what_cannot_be_read_in_parts_is_fetched_whole(
    house: House, film: Film, clip: Path, tools: Tools, made: Any
) -> None:
    made(clip, tools, film)
    video = await added(house, film, keep="remote")
    assert (video["keep"], video["size_bytes"]) == ("here", len(film.body))
    (entry,) = await house.services.files.entries()
    assert entry.size_bytes == len(film.body)


async def test_a_crash_behind_the_row_of_the_video_changes_nothing(
    house: House, film: Film, tools: Tools
) -> None:
    services = house.services
    asked = await house.post("/v1/videos", json={"url": film.url, "keep": "remote"})
    intake = await services.intakes.begin_next(Lane.BRINGING)
    assert intake is not None
    staying = Staying(policy=Policy.ON_REQUEST, reader=services.reader, library=services.library, tools=tools)
    assert await staying.admit(intake) is not None
    film.asked.clear()
    await services.ingestor.work_off()
    assert (await house.get(f"/v1/intakes/{asked.json['id']}")).json["status"] == "ready"
    assert (await house.get(f"/v1/videos/{asked.json['id']}")).json["keep"] == "remote"
    assert film.asked == []


@pytest.mark.parametrize(
    ("wish", "scenes"),
    [
        pytest.param(Wish(start_s=0.5, end_s=1), [(0.5, 1)], id="named"),
        pytest.param(Wish(), [(0, 1)], id="none-named"),
        pytest.param(Wish(start_s=0.5, end_s=9), None, id="beyond-its-end"),
    ],
)
async def test_the_scene_that_it_is_brought_for_comes_with_it(
    house: House, film: Film, wish: Wish, scenes: list[tuple[float, float]] | None
) -> None:
    services = house.services
    asked = await services.ingestor.request(film.url, owner_id="ana", keep=Keep.REMOTE, wish=wish)
    await services.ingestor.work_off()
    video = await services.videos.get(asked.video_id)
    assert (video is not None and video.is_remote) == (scenes is not None)
    found = await services.scenes.of_video(asked.video_id)
    assert [(scene.start_s, scene.end_s) for scene in found] == (scenes or [])


async def test_its_address_is_in_no_answer_and_no_log(house: House, film: Film) -> None:
    with capture_logs() as logs:
        video = await added(house, film, keep="remote")
        scene = await house.post(f"/v1/videos/{video['id']}/scenes", json={"start_s": 0, "end_s": 1})
        film.headers = {"ETag": '"two"'}
        refused = await house.get(f"/v1/scenes/{scene.json['id']}/thumbnail")
        intake = await house.get(f"/v1/intakes/{video['id']}")
    assert (refused.status, refused.json["reason"]) == (400, "changed")
    said = json.dumps([video, scene.json, intake.json, refused.json]) + repr(logs)
    assert "film.mp4" in said
    assert "secret" not in said
    assert film.url.partition("?")[0] not in said
    row = await house.services.intakes.get(video["id"])
    assert row is not None
    assert row.url is None
    assert "secret" not in repr(await house.services.remotes.all())


async def test_its_scenes_are_not_looked_for_and_their_pictures_are_made(house: House, film: Film) -> None:
    video = await added(house, film, keep="remote")
    scenes = f"/v1/videos/{video['id']}/scenes"
    assert (await house.get(scenes)).json["scenes"] == []
    scene = await house.post(scenes, json={"start_s": 0, "end_s": 1})
    for name in ("thumbnail", "preview", "strategies"):
        assert (await house.get(f"/v1/scenes/{scene.json['id']}/{name}")).status == 200
    assert (await house.get(f"/v1/videos/{video['id']}/contact-sheet")).status == 200


async def test_its_scenes_are_looked_for_when_somebody_asks_for_just_that(house: House, film: Film) -> None:
    video = await added(house, film, keep="remote")
    scenes, intake = f"/v1/videos/{video['id']}/scenes", f"/v1/intakes/{video['id']}"
    assert (await house.get(intake)).json["looked_for_scenes"] is False
    before = film.sent_bytes
    asked = await house.post(f"{scenes}/find")
    assert (asked.status, asked.json["status"]) == (202, "detecting")
    await house.services.ingestor.work_off()
    told = (await house.get(intake)).json
    assert (told["status"], told["error"], told["looked_for_scenes"]) == ("ready", None, True)
    assert len((await house.get(scenes)).json["scenes"]) == 1
    assert film.sent_bytes - before <= len(film.body) + 1
    assert (await house.get(f"/v1/videos/{video['id']}")).json["keep"] == "remote"
    assert (await house.post(f"{scenes}/find")).status == 409


async def test_a_search_that_its_server_broke_can_be_asked_for_again(house: House, film: Film) -> None:
    video = await added(house, film, keep="remote")
    path = f"/v1/videos/{video['id']}/scenes/find"
    film.headers["ETag"] = '"two"'
    await house.post(path)
    await house.services.ingestor.work_off()
    told = (await house.get(f"/v1/intakes/{video['id']}")).json
    assert (told["status"], told["error"]) == ("failed", "The video at its address has changed.")
    film.headers["ETag"] = '"one"'
    assert (await house.post(path)).status == 202
    await house.services.ingestor.work_off()
    assert (await house.get(f"/v1/intakes/{video['id']}")).json["status"] == "ready"


async def test_no_search_reads_more_of_a_remote_video_than_one_piece_of_work_may(
    house: House, tools: Tools, tmp_path: Path
) -> None:
    long = clips.make(tools, tmp_path / "long.mp4", *clips.picture("640x360", seconds=8), "-b:v", "8M")
    async with showing(Film(long.read_bytes())) as film:
        assert len(film.body) > 3 * READS.most_bytes
        video = await added(house, film, keep="remote")
        await house.post(f"/v1/videos/{video['id']}/scenes/find")
        await house.services.ingestor.work_off()
    told = (await house.get(f"/v1/intakes/{video['id']}")).json
    assert told["error"] == "Too much of the video would have to be read from its address."
    assert film.sent_bytes <= 2 * READS.most_bytes


async def test_discord_shows_its_pictures_too(house: House, film: Film) -> None:
    video = await added(house, film, keep="remote")
    marked = await house.post(f"/v1/videos/{video['id']}/scenes", json={"start_s": 0, "end_s": 1})
    scene = await house.services.scenes.get(marked.json["id"])
    assert scene is not None
    assert set(await thumbnails([scene], house.services)) == {scene.id}


async def test_one_call_makes_a_short_of_a_video_that_stays_where_it_is(house: House, film: Film) -> None:
    body = RECIPE | {"source_url": film.url, "start_s": 0, "end_s": 1, "keep": "remote"}
    asked = await house.post("/v1/exports", json=body)
    assert asked.status == 202, asked.json
    await house.services.ingestor.work_off()
    await house.ended(asked.json["id"])
    assert (await house.get(f"/v1/exports/{asked.json['id']}")).json["status"] == "completed"
    assert (await house.get(f"/v1/videos/{asked.json['video_id']}")).json["keep"] == "remote"


async def test_keep_says_nothing_of_a_video_that_is_there(house: House, film: Film) -> None:
    scene = await house.scene()
    refused = await house.post("/v1/exports", json=RECIPE | {"scene_id": scene.id, "keep": "remote"})
    assert refused.status == 400


async def test_it_is_gone_with_all_that_was_read_of_it(house: House, film: Film, tmp_path: Path) -> None:
    services = house.services
    video = await added(house, film, keep="remote")
    (remote,) = await services.remotes.all()
    assert (remote.url, remote.size_bytes) == (film.url, len(film.body))
    sweep = {"remotes": services.remotes, "reader": services.reader}
    assert await maintenance.sweep_remote(**sweep) == 0
    await house.ask("DELETE", f"/v1/videos/{video['id']}", headers=house.bearer())
    assert await services.remotes.all() == []
    assert await maintenance.sweep_remote(**sweep) > 0
    assert list((tmp_path / "remote").rglob("*")) == []


async def test_a_render_reads_it_where_it_is_and_says_so_when_it_has_changed(
    house: House, film: Film, tools: Tools, tmp_path: Path
) -> None:
    services = house.services
    video = await services.videos.get((await added(house, film, keep="remote"))["id"])
    assert video is not None
    opener = Opener(services.files, services.remotes, services.reader)
    pool = LocalPool(
        size=1, threads=1, tools=tools, files=services.files, opener=opener, scratch=services.scratch
    )
    job = samples.job(0, 0.5)

    async def rendered(key: str) -> None:
        await pool.render(job, source_key=video.file_key, output_key=key, on_progress=lambda progress: None)

    await rendered("exports/first.mp4")
    film.asked.clear()
    await rendered("exports/second.mp4")
    assert film.asked == ["bytes=0-0"]
    film.headers = {"ETag": '"two"'}
    with pytest.raises(SourceRefused) as refused:
        await rendered("exports/third.mp4")
    assert refused.value.reason is Refusal.CHANGED
    kept = {entry.key for entry in await services.files.entries()}
    assert kept == {"exports/first.mp4", "exports/second.mp4"}


async def test_an_export_of_a_video_that_has_changed_says_so_and_gives_its_place_back(
    house: House, film: Film
) -> None:
    house.pool.error = SourceRefused(Refusal.CHANGED)
    video = await added(house, film, keep="remote")
    body = RECIPE | {"video_id": video["id"], "start_s": 0, "end_s": 1}
    asked = await house.post("/v1/exports", json=body)
    await house.ended(asked.json["id"])
    failed = (await house.get(f"/v1/exports/{asked.json['id']}")).json
    assert (failed["status"], failed["error"]) == ("failed", "The video at its address has changed.")
    assert (await house.services.exports.quota("tool", house.clock(), limit=10)).used == 0

"""A video comes in from an address, and whoever asked can watch it come."""

from pathlib import Path

import pytest

from bot.background import background
from tests import samples
from tests.bot.web.conftest import OTHER_TOKEN, RECIPE, Answer, House
from tests.bot.web.test_videos import form
from tests.range_server import Film, showing


async def come_in(house: House, asked: Answer) -> Answer:
    """How it stands when everything that waits is taken in."""
    await house.services.ingestor.work_off()
    return await house.get(asked.headers["Location"])


async def test_a_video_is_fetched_and_its_scenes_are_listed(house: House, films: str) -> None:
    asked = await house.post("/v1/videos", json={"url": f"{films}film.mp4", "title": "Film"})
    assert asked.status == 202
    assert asked.json["status"] == "fetching"
    done = await come_in(house, asked)
    assert (done.json["status"], done.json["error"], done.json["progress_percent"]) == ("ready", None, 100.0)
    video = await house.get(f"/v1/videos/{done.json['id']}")
    assert (video.json["title"], video.json["width"]) == ("Film", 160)
    scenes = (await house.get(f"/v1/videos/{done.json['id']}/scenes")).json["scenes"]
    assert [(scene["start_s"], round(scene["end_s"])) for scene in scenes] == [(0, 1)]


async def test_the_scenes_of_an_upload_are_found_when_asked_for(house: House, clip: Path) -> None:
    video = await house.post("/v1/videos", data=form(clip.read_bytes()))
    path = f"/v1/videos/{video.json['id']}/scenes"
    assert (await house.get(path)).json["scenes"] == []
    asked = await house.post(f"{path}/find")
    assert asked.status == 202
    assert (await come_in(house, asked)).json["status"] == "ready"
    assert len((await house.get(path)).json["scenes"]) == 1
    again = await house.post(f"{path}/find")
    assert (again.status, again.json["code"]) == (409, "looked_for_already")


async def test_a_page_in_the_place_of_a_video_is_none_whatever_it_is_called(house: House, films: str) -> None:
    asked = await house.post("/v1/videos", json={"url": f"{films}page.mp4"})
    done = await come_in(house, asked)
    assert (done.json["status"], done.json["error"]) == ("failed", "The file is not a video.")
    assert await house.services.files.entries() == []


async def test_what_cannot_be_fetched_says_why(house: House, films: str) -> None:
    asked = await house.post("/v1/videos", json={"url": f"{films}lost.mp4"})
    done = await come_in(house, asked)
    assert (done.json["status"], done.json["error"]) == ("failed", "The server answers 404.")
    assert (await house.get(f"/v1/videos/{done.json['id']}")).status == 404


async def test_who_has_enough_on_its_way_is_asked_to_come_again(house: House, films: str) -> None:
    answers = [await house.post("/v1/videos", json={"url": f"{films}film.mp4"}) for _ in range(6)]
    assert [answer.status for answer in answers] == [202] * 5 + [429]
    assert (answers[-1].json["code"], answers[-1].headers["Retry-After"]) == ("too_many_at_once", "10")
    await come_in(house, answers[0])
    assert (await house.post("/v1/videos", json={"url": f"{films}film.mp4"})).status == 202


@pytest.mark.parametrize(
    "url", ["ftp://films.example/a", "file:///etc/passwd", "/etc/passwd", "", "http://a\nb"]
)
async def test_what_is_no_address_is_refused_at_once(house: House, url: str) -> None:
    answer = await house.post("/v1/videos", json={"url": url})
    assert (answer.status, answer.json["code"]) == (400, "invalid_input")


async def test_a_stranger_sees_no_intake(house: House, films: str) -> None:
    asked = await house.post("/v1/videos", json={"url": f"{films}film.mp4"})
    seen = await house.get(asked.headers["Location"], headers=house.bearer(OTHER_TOKEN))
    assert seen.status == 404
    await come_in(house, asked)


async def test_a_removed_video_is_gone_with_its_file(house: House, clip: Path) -> None:
    video = await house.post("/v1/videos", data=form(clip.read_bytes()))
    path = f"/v1/videos/{video.json['id']}"
    stranger = await house.ask("DELETE", path, headers=house.bearer(OTHER_TOKEN))
    assert stranger.status == 404
    assert (await house.ask("DELETE", path, headers=house.bearer())).status == 204
    assert (await house.get(path)).status == 404
    assert await house.services.files.entries() == []


async def test_a_video_that_is_coming_in_can_be_called_off_and_what_waits_for_it_says_why(
    house: House, clip: Path
) -> None:
    body = clip.read_bytes()
    async with (
        showing(Film(body, gate_at=len(body) // 2)) as film,
        background("ingestor", house.services.ingestor.run),
    ):
        order = RECIPE | {"source_url": film.url, "start_s": 0, "end_s": 1}
        short = (await house.post("/v1/exports", json=order)).json
        await film.at_gate.wait()
        path = f"/v1/videos/{short['video_id']}"
        stranger = await house.ask("DELETE", path, headers=house.bearer(OTHER_TOKEN))
        assert (stranger.status, (await house.get(f"/v1/intakes/{short['video_id']}")).status) == (404, 200)
        assert (await house.ask("DELETE", path, headers=house.bearer())).status == 204
        await house.ended(short["id"])
        film.gate.set()
    told = (await house.get(f"/v1/exports/{short['id']}")).json
    assert (told["status"], told["error"]) == ("failed", "The video of this scene is no longer there.")
    assert (await house.get(f"/v1/intakes/{short['video_id']}")).status == 404
    assert (await house.ask("DELETE", path, headers=house.bearer())).status == 404
    assert await house.services.files.entries() == []
    assert list(house.services.scratch.iterdir()) == []


async def test_what_failed_to_come_in_can_be_forgotten_too(house: House, films: str) -> None:
    asked = await house.post("/v1/videos", json={"url": f"{films}lost.mp4"})
    assert (await come_in(house, asked)).json["status"] == "failed"
    path = f"/v1/videos/{asked.json['id']}"
    assert (await house.ask("DELETE", path, headers=house.bearer())).status == 204
    assert (await house.get(asked.headers["Location"])).status == 404


async def test_who_knows_the_scenes_can_bring_them_and_have_others_looked_for_later(
    house: House, films: str
) -> None:
    asked = await house.post("/v1/videos", json={"url": f"{films}film.mp4", "find_scenes": False})
    assert (await come_in(house, asked)).json["status"] == "ready"
    path = f"/v1/videos/{asked.json['id']}/scenes"
    assert (await house.get(path)).json["scenes"] == []
    own = {"scenes": [{"start_s": 0.2, "end_s": 0.8, "title": "Mine"}]}
    assert (await house.ask("PUT", path, headers=house.bearer(), json=own)).status == 200
    found = await house.post(f"{path}/find")
    assert found.status == 202
    busy = await house.ask("PUT", path, headers=house.bearer(), json=own)
    assert (busy.status, busy.json["code"]) == (409, "being_looked_for")
    await come_in(house, found)
    assert len((await house.get(path)).json["scenes"]) == 2
    assert (await house.post(f"{path}/find")).status == 409


async def test_what_failed_before_is_not_said_of_what_begins_anew(house: House, clip: Path) -> None:
    video = await house.post("/v1/videos", data=form(clip.read_bytes()))
    find = f"/v1/videos/{video.json['id']}/scenes/find"
    asked = await house.post(find)
    await house.services.intakes.fail(video.json["id"], "It was too dark.", now=samples.NOON)
    failed = await house.get(asked.headers["Location"])
    assert (failed.json["status"], failed.json["error"]) == ("failed", "It was too dark.")
    again = await house.post(find)
    assert (again.json["status"], again.json["error"]) == ("detecting", None)
    done = await come_in(house, again)
    assert (done.json["status"], done.json["error"]) == ("ready", None)

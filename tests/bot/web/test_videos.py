"""Videos come in by upload: streamed, bounded, and seen by their owner alone."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.web import incoming
from tests.bot.web.conftest import OTHER_TOKEN, SECRET, House
from tests.bot.web.test_callers import FOREIGN


def form(content: bytes, **fields: str) -> aiohttp.FormData:
    data = aiohttp.FormData(quote_fields=False)
    for name, text in fields.items():
        data.add_field(name, text)
    data.add_field("file", content, filename="my clip.mp4", content_type="video/mp4")
    return data


def written(content: bytes) -> tuple[bytes, str]:
    """A form as bytes, so that it can be signed as a whole."""
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
    return head + content + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"


async def test_an_upload_becomes_a_video_with_measured_facts(house: House, clip: Path) -> None:
    answer = await house.post("/v1/videos", data=form(clip.read_bytes(), title="A match / second half"))
    assert answer.status == 201
    assert answer.json["title"] == "A match / second half"
    assert (answer.json["width"], answer.json["height"], answer.json["user_id"]) == (160, 90, "tool")
    assert answer.json["size_bytes"] == clip.stat().st_size
    seen = await house.get(answer.headers["Location"])
    assert seen.json == answer.json
    assert list(house.services.scratch.iterdir()) == []


async def test_without_a_title_the_file_name_is_the_title(house: House, clip: Path) -> None:
    answer = await house.post("/v1/videos", data=form(clip.read_bytes()))
    assert answer.json["title"] == "my clip.mp4"


async def test_a_client_uploads_for_a_user_whom_it_may_name(house: House, clip: Path) -> None:
    answer = await house.post("/v1/videos", data=form(clip.read_bytes(), user_id="team-red"))
    assert answer.json["user_id"] == "team-red"
    refused = await house.post("/v1/videos", data=form(clip.read_bytes(), user_id="bob"))
    assert (refused.status, refused.json["code"]) == (403, "forbidden")


async def test_an_upload_may_be_signed_as_a_whole(house: House, clip: Path) -> None:
    body, kind = written(clip.read_bytes())
    answer = await house.post("/v1/videos", data=body, headers=house.signed(body) | {"Content-Type": kind})
    assert answer.status == 201
    assert answer.json["size_bytes"] == clip.stat().st_size


async def test_of_many_signed_uploads_some_are_asked_to_come_again(house: House, clip: Path) -> None:
    body, kind = written(clip.read_bytes())

    async def stalled() -> AsyncIterator[bytes]:
        yield body[:50]
        await done.wait()
        yield body[50:]

    done = asyncio.Event()
    uploads = [
        asyncio.create_task(
            house.post(
                "/v1/videos",
                data=stalled(),
                headers=house.signed(body, name=f"msg_{number}") | {"Content-Type": kind},
            )
        )
        for number in range(3)
    ]
    (early,), _ = await asyncio.wait(uploads, return_when=asyncio.FIRST_COMPLETED)
    assert early.result().status == 503
    done.set()
    assert sorted([(await upload).status for upload in uploads]) == [201, 201, 503]


async def test_invented_signatures_from_one_address_keep_no_other_out(house: House, clip: Path) -> None:
    invented = house.signed(b"", secret=FOREIGN) | {"Content-Type": "multipart/form-data; boundary=e"}
    more = {"Host": "here", "Content-Length": "900", "Expect": "100-continue"} | invented
    head = "".join(f"{name}: {value}\r\n" for name, value in more.items())
    asked = f"POST /v1/videos HTTP/1.1\r\n{head}\r\n"
    async with AsyncExitStack() as stack:
        for _ in range(5):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", house.http._base_url.port, local_addr=("127.0.0.2", 0)
            )
            stack.callback(writer.close)
            writer.write(asked.encode())
            assert await reader.readline()  # it is being worked on
        body, kind = written(clip.read_bytes())
        headers = house.signed(body) | {"Content-Type": kind}
        assert (await house.post("/v1/videos", data=body, headers=headers)).status == 201


async def test_a_signed_upload_has_a_time_by_which_it_must_be_here(
    house: House, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "UNPROVEN_S", -1.0, raising=False)
    body, kind = written(clip.read_bytes())
    body += bytes(600_000)  # too much to be here at once
    statuses = [
        (await house.post("/v1/videos", data=body, headers=proof | {"Content-Type": kind})).status
        for proof in (house.signed(body), house.bearer())
    ]
    assert statuses == [408, 201]


async def test_an_upload_changed_on_its_way_is_refused_and_leaves_nothing(house: House, clip: Path) -> None:
    body, kind = written(clip.read_bytes())
    headers = house.signed(body, secret=SECRET) | {"Content-Type": kind}
    answer = await house.post("/v1/videos", data=body[:-30] + b"x" + body[-29:], headers=headers)
    assert answer.status == 401
    assert await house.services.videos.of_owner("tool") == []
    assert list(house.services.scratch.iterdir()) == []


@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_beyond_the_cap_is_413_and_leaves_nothing(house: House, announced: bool) -> None:
    body, kind = written(bytes(1_100_000))

    async def pieces():
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    headers = house.bearer() | {"Content-Type": kind}
    answer = await house.post("/v1/videos", data=io.BytesIO(body) if announced else pieces(), headers=headers)
    assert (answer.status, answer.json["code"]) == (413, "too_large")
    assert list(house.services.scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [pytest.param(b"", "empty", id="empty"), pytest.param(b"words" * 100, "not_media", id="text")],
)
async def test_a_file_that_is_no_video_is_refused_with_its_reason(
    house: House, content: bytes, reason: str
) -> None:
    answer = await house.post("/v1/videos", data=form(content))
    assert (answer.status, answer.json["code"], answer.json["reason"]) == (400, "source_refused", reason)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"{}", "application/json", id="json"),
        pytest.param(b"", "multipart/form-data", id="no-boundary"),
        pytest.param(b"no form", "multipart/form-data; boundary=edge", id="no-parts"),
        pytest.param(b"--edge\r\n\r\ncut off", "multipart/form-data; boundary=edge", id="cut-off"),
        pytest.param(
            b'--edge\r\nContent-Disposition: form-data; name="colour"\r\n\r\nred\r\n--edge--\r\n',
            "multipart/form-data; boundary=edge",
            id="unknown-part",
        ),
        pytest.param(
            b'--edge\r\nContent-Disposition: form-data; name="title"\r\n\r\nred\r\n--edge--\r\n',
            "multipart/form-data; boundary=edge",
            id="no-file",
        ),
        pytest.param(
            b'--edge\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n'
            + b"u" * 40
            + b"\r\n--edge--\r\n",
            "multipart/form-data; boundary=edge",
            id="long-charset",
        ),
        pytest.param(
            b'--edge\r\nContent-Disposition: form-data; name="file"\r\n\r\n',
            "multipart/form-data; boundary=edge",
            id="file-cut-off",
        ),
        pytest.param(
            b'--edge\r\nContent-Disposition: form-data; name="title"\r\n\r\n'
            + b"t" * 5000
            + b"\r\n--edge--\r\n",
            "multipart/form-data; boundary=edge",
            id="long-title",
        ),
        pytest.param(
            b"--edge\r\n" + b"x" * 100_000 + b": y\r\n", "multipart/form-data; boundary=edge", id="long-line"
        ),
    ],
)
async def test_a_malformed_form_is_a_400_in_plain_words(house: House, body: bytes, kind: str) -> None:
    answer = await house.post("/v1/videos", data=body, headers=house.bearer() | {"Content-Type": kind})
    assert answer.status == 400, answer.json
    assert answer.json["code"] == "invalid_input"


async def test_another_clients_video_is_as_good_as_none(house: House) -> None:
    scene = await house.scene()
    answer = await house.get(f"/v1/videos/{scene.video_id}", headers=house.bearer(OTHER_TOKEN))
    missing = await house.get("/v1/videos/vid_none", headers=house.bearer(OTHER_TOKEN))
    assert (answer.status, answer.json) == (404, missing.json)


async def test_videos_are_listed_page_by_page_the_last_first(house: House) -> None:
    made = [(await house.scene()).video_id for _ in range(3)]
    await house.scene(owner_id="alice")
    first = await house.get("/v1/videos?limit=2")
    assert [one["id"] for one in first.json["videos"]] == made[:0:-1]
    assert 'rel="next"' in first.headers["Link"]
    second = await house.get(f"/v1/videos?limit=2&cursor={first.json['next_cursor']}")
    assert [one["id"] for one in second.json["videos"]] == made[:1]
    assert second.json["next_cursor"] is None
    strange = await house.get("/v1/videos?user_id=bob")
    assert (strange.status, strange.json["code"]) == (403, "forbidden")


async def test_a_list_goes_on_though_the_page_before_has_been_removed(house: House) -> None:
    made = [(await house.scene()).video_id for _ in range(3)]
    first = await house.get("/v1/videos?limit=2")
    for one in first.json["videos"]:
        await house.ask("DELETE", f"/v1/videos/{one['id']}", headers=house.bearer())
    second = await house.get(f"/v1/videos?limit=2&cursor={first.json['next_cursor']}")
    assert [one["id"] for one in second.json["videos"]] == made[:1]


@pytest.mark.parametrize(
    "cursor", ["", "vid_4kd0zt9m3v", "p", "p-1", "p1e3", "p" + "9" * 30, "p\N{ARABIC-INDIC DIGIT ONE}"]
)
@pytest.mark.parametrize("listed", ["videos", "exports", "deliveries"])
async def test_a_cursor_of_nobodys_is_a_400(house: House, listed: str, cursor: str) -> None:
    answer = await house.get(f"/v1/{listed}", params={"cursor": cursor})
    assert (answer.status, answer.json["code"]) == (400, "invalid_input")
    assert "next_cursor" in answer.json["detail"]


async def test_a_video_is_renamed_by_those_who_may_act_for_its_owner(house: House) -> None:
    path = f"/v1/videos/{(await house.scene()).video_id}"
    renamed = await house.ask("PATCH", path, headers=house.bearer(), json={"title": "The\nfinal"})
    assert (renamed.status, renamed.json["title"]) == (200, "The final")
    assert (await house.get(path)).json == renamed.json
    strange = await house.ask("PATCH", path, headers=house.bearer(OTHER_TOKEN), json={"title": "Mine"})
    assert strange.status == 404


async def test_an_upload_that_breaks_off_leaves_nothing_and_is_kept_once_when_it_is_sent_again(
    house: House, clip: Path
) -> None:
    body = form(clip.read_bytes())()
    said = bytearray()

    class Said:
        async def write(self, piece: bytes) -> None:
            said.extend(piece)

    await body.write(Said())
    scratch = house.services.scratch
    _, writer = await asyncio.open_connection("127.0.0.1", house.http._base_url.port)
    head = f"POST /v1/videos HTTP/1.1\r\nHost: x\r\nContent-Length: {len(said)}\r\n"
    head += f"Authorization: {house.bearer()['Authorization']}\r\nContent-Type: {body.content_type}\r\n\r\n"
    writer.write(head.encode() + said[: len(said) // 2])
    while not any(scratch.rglob("file")):
        await house.services.files.entries()
    writer.close()
    await writer.wait_closed()
    while list(scratch.iterdir()):
        await house.services.files.entries()
    assert await house.services.files.entries() == []
    assert (await house.get("/v1/videos")).json["videos"] == []
    for _ in range(2):
        assert (await house.post("/v1/videos", data=form(clip.read_bytes()))).status == 201
    assert len(await house.services.files.entries()) == 1

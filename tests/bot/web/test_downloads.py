"""A link gives its file, whole or in part, as long as it lives."""

from storage.models import Export
from tests.bot.web.conftest import House


async def linked(house: House) -> Export:
    export = await house.services.exports.get(await house.completed(await house.scene()))
    assert export is not None
    return export


async def test_a_link_needs_nothing_but_itself(house: House) -> None:
    export = await linked(house)
    answer = await house.ask("GET", f"/d/{export.token}")
    assert (answer.status, answer.raw) == (200, house.pool.content)
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith('inline; filename="Kick-off.mp4"')


async def test_a_range_is_served_and_one_beyond_the_end_is_a_416(house: House) -> None:
    export = await linked(house)
    part = await house.ask("GET", f"/d/{export.token}", headers={"Range": "bytes=10-19"})
    assert (part.status, part.raw) == (206, house.pool.content[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(house.pool.content)}"
    beyond = await house.ask("GET", f"/d/{export.token}", headers={"Range": "bytes=99999-"})
    assert beyond.status == 416


async def test_who_has_it_already_is_told_so(house: House) -> None:
    path = f"/d/{(await linked(house)).token}"
    etag = (await house.ask("GET", path)).headers["ETag"]
    assert (await house.ask("GET", path, headers={"If-None-Match": etag})).status == 304


async def test_the_head_alone_has_the_length(house: House) -> None:
    answer = await house.ask("HEAD", f"/d/{(await linked(house)).token}")
    assert (answer.status, answer.raw) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(house.pool.content))


async def test_asked_to_save_it_the_browser_is_told_to(house: House) -> None:
    answer = await house.ask("GET", f"/d/{(await linked(house)).token}?download")
    assert answer.headers["Content-Disposition"].startswith("attachment;")


async def test_an_unknown_token_is_a_404_and_so_is_one_without_a_short_yet(house: House) -> None:
    house.pool.gate.clear()
    asked = await house.ask_for_short(await house.scene())
    export = await house.services.exports.get(asked.json["id"])
    assert export is not None
    for token in ("nothing", export.token):
        answer = await house.ask("GET", f"/d/{token}")
        assert (answer.status, answer.json["code"]) == (404, "not_found")


async def test_an_expired_link_is_a_410_from_its_very_moment_on(house: House) -> None:
    export = await linked(house)
    house.clock.advance(hours=24)
    answer = await house.ask("GET", f"/d/{export.token}")
    assert (answer.status, answer.json["code"]) == (410, "expired")

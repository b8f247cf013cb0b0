"""A file is fetched whole, from public addresses alone, from honest servers and from others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import hops
from bot.fetching import RESUMPTIONS, Fetcher, FetchLimits, open_fetcher
from processing.errors import FetchRefused, SourceRefused
from tests.raw_server import head, saying

BODY = bytes(range(256)) * 4096
LOOPBACK = (ip_network("127.0.0.0/8"),)
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """A real HTTP server on loopback that answers everything in that way."""
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/film.mp4"))


@pytest.fixture
async def fetch() -> AsyncIterator[Fetcher]:
    limits = FetchLimits(most_bytes=2 * len(BODY), timeout_s=20, allowed_networks=LOOPBACK)
    async with open_fetcher(limits) as fetcher:
        yield fetcher


async def whole(request: web.Request) -> web.Response:
    return web.Response(body=BODY)


async def break_off(
    request: web.Request, *, start: int, end: int, headers: dict[str, str]
) -> web.StreamResponse:
    """Promise everything from `start`, send up to `end`, hang up."""
    status = 206 if start else 200
    if start:
        headers = {**headers, "Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"}
    response = web.StreamResponse(
        status=status, headers={**headers, "Content-Length": str(len(BODY) - start)}
    )
    await response.prepare(request)
    await response.write(BODY[start:end])
    if end < len(BODY) and request.transport:
        request.transport.close()
    return response


async def test_a_file_comes_whole_and_its_progress_grows(fetch: Fetcher, tmp_path: Path) -> None:
    heard: list[float] = []
    async with serving(whole) as url:
        await fetch(url, tmp_path / "file", on_progress=heard.append)
    assert (tmp_path / "file").read_bytes() == BODY
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def giving(part: int, asked: list[str]) -> Answer:
    """A server that hangs up after that many bytes and goes on where it is asked to."""

    async def flaky(request: web.Request) -> web.StreamResponse:
        wish = request.headers.get("Range", "")
        asked.append(wish)
        start = int(wish[6:-1]) if wish else 0
        return await break_off(request, start=start, end=start + part, headers={"ETag": '"1"'})

    return flaky


@pytest.mark.parametrize("parts", [2, 12])
async def test_a_transfer_that_breaks_off_goes_on_where_it_broke(
    fetch: Fetcher, tmp_path: Path, parts: int
) -> None:
    """As often as it takes, while every attempt brings it further."""
    asked: list[str] = []
    async with serving(giving(-(-len(BODY) // parts), asked)) as url:
        await fetch(url, tmp_path / "file", on_progress=lambda part: None)
    assert (tmp_path / "file").read_bytes() == BODY
    assert len(asked) >= parts
    assert asked[0] == ""
    assert all(wish.startswith("bytes=") for wish in asked[1:])


async def test_a_server_that_hands_out_single_bytes_is_given_up(fetch: Fetcher, tmp_path: Path) -> None:
    """Though each attempt brings it further: a million connections are not what a file is worth."""
    asked: list[str] = []
    async with serving(giving(1, asked)) as url:
        with pytest.raises(FetchRefused, match="again and again"):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)
    assert len(asked) == RESUMPTIONS + 1


async def test_without_ranges_it_begins_again(fetch: Fetcher, tmp_path: Path) -> None:
    asked: list[str] = []

    async def plain(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Range", ""))
        end = len(BODY) if len(asked) > 1 else len(BODY) // 2
        return await break_off(request, start=0, end=end, headers={})

    async with serving(plain) as url:
        await fetch(url, tmp_path / "file", on_progress=lambda part: None)
    assert (tmp_path / "file").read_bytes() == BODY
    assert asked == ["", ""]


async def test_a_server_that_always_breaks_off_is_given_up(fetch: Fetcher, tmp_path: Path) -> None:
    asked: list[str] = []

    async def broken(request: web.Request) -> web.StreamResponse:
        asked.append("")
        return await break_off(request, start=0, end=1000, headers={})

    async with serving(broken) as url:
        with pytest.raises(FetchRefused, match="again and again"):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)
    assert len(asked) == RESUMPTIONS + 1


async def test_of_a_server_that_sends_more_than_it_told_of_no_more_is_taken(
    fetch: Fetcher, tmp_path: Path
) -> None:
    """Nor is what was left in its connection read as the answer to the next question."""

    def too_much(asked: str) -> bytes:
        return head("200 OK", content_length=len(BODY)) + BODY + head("200 OK", content_length=4) + b"evil"

    async with saying(too_much) as url:
        for name in ("first", "second"):
            await fetch(url, tmp_path / name, on_progress=lambda part: None)
            assert (tmp_path / name).read_bytes() == BODY


async def test_a_server_that_sends_less_than_it_told_of_is_given_up_in_time(tmp_path: Path) -> None:
    """It does not hang up, so that nothing but time tells."""

    def too_little(asked: str) -> bytes:
        return head("200 OK", content_length=len(BODY)) + BODY[:1000]

    limits = FetchLimits(most_bytes=len(BODY), timeout_s=0.2, allowed_networks=LOOPBACK)
    async with saying(too_little) as url, open_fetcher(limits) as fetch:
        with pytest.raises(FetchRefused, match="too long"):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)


async def test_lengths_that_make_no_sense_are_not_believed(fetch: Fetcher, tmp_path: Path) -> None:
    for length in ("-1", "1e3", "12, 13", "x"):

        def confused(asked: str, length: str = length) -> bytes:
            return head("200 OK", content_length=length) + BODY[:1000]

        async with saying(confused) as url:
            with pytest.raises(FetchRefused, match="cannot be understood"):
                await fetch(url, tmp_path / "file", on_progress=lambda part: None)


@pytest.mark.parametrize("told", [True, False], ids=["by-its-length", "by-its-bytes"])
async def test_a_file_that_is_too_large_is_refused(fetch: Fetcher, tmp_path: Path, told: bool) -> None:
    async def large(request: web.Request) -> web.StreamResponse:
        if told:
            return web.Response(body=BODY * 3)
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(3):
            await response.write(BODY)
        return response

    async with serving(large) as url:
        with pytest.raises(SourceRefused, match="larger than"):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)
    assert not (tmp_path / "file").exists() or (tmp_path / "file").stat().st_size <= 2 * len(BODY)


async def test_a_server_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    over = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await over.wait()
        return response

    limits = FetchLimits(most_bytes=len(BODY), timeout_s=0.2, allowed_networks=LOOPBACK)
    async with serving(silent) as url, open_fetcher(limits) as fetch:
        with pytest.raises(FetchRefused, match="too long"):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)
        over.set()


async def test_redirects_are_followed_to_the_file(fetch: Fetcher, tmp_path: Path) -> None:
    async def moved(request: web.Request) -> web.Response:
        if request.path == "/there":
            return await whole(request)
        raise web.HTTPFound("/there")

    async with serving(moved) as url:
        await fetch(url, tmp_path / "file", on_progress=lambda part: None)
    assert (tmp_path / "file").read_bytes() == BODY


@pytest.mark.parametrize(
    ("location", "said"),
    [
        pytest.param("http://10.0.0.1/", "not public", id="private"),
        pytest.param("http://169.254.169.254/latest/meta-data", "not public", id="the-clouds-own"),
        pytest.param("http://[::ffff:10.0.0.1]/", "not public", id="private-in-a-coat"),
        pytest.param("file:///etc/passwd", "must be http", id="a-file"),
        pytest.param("/again", "without an end", id="for-ever"),
        pytest.param("http://me:word@127.0.0.1/", "must be http", id="with-a-password"),
    ],
)
async def test_every_hop_of_a_redirect_is_judged(
    fetch: Fetcher, tmp_path: Path, location: str, said: str
) -> None:
    async def moved(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    async with serving(moved) as url:
        with pytest.raises(FetchRefused, match=said):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("http://127.0.0.1:9/", "not public", id="loopback"),
        pytest.param("http://[::1]:9/", "not public", id="loopback-6"),
        pytest.param("http://2130706433/", "cannot be understood", id="as-one-number"),
        pytest.param("http://localhost:9/", "not public", id="by-name"),
        pytest.param("ftp://127.0.0.1/", "must be http", id="other-scheme"),
        pytest.param("http://[::", "cannot be understood", id="no-address"),
        pytest.param("folder:../secret", "no such file", id="no-folder-is-shared"),
    ],
)
async def test_nothing_is_fetched_from_private_places(tmp_path: Path, url: str, said: str) -> None:
    async with open_fetcher(FetchLimits(most_bytes=1, timeout_s=5)) as fetch:
        with pytest.raises(FetchRefused, match=said):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)


async def test_what_the_server_answers_is_told(fetch: Fetcher, tmp_path: Path) -> None:
    async def gone(request: web.Request) -> web.Response:
        raise web.HTTPNotFound

    async with serving(gone) as url:
        with pytest.raises(FetchRefused, match="answers 404"):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """A shared folder with a film and a way out of it, beside a secret."""
    folder = tmp_path / "share"
    (folder / "films").mkdir(parents=True)
    (folder / "films" / "a.mp4").write_bytes(BODY)
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "way-out").symlink_to(tmp_path / "secret")
    return folder


async def test_a_file_of_a_shared_folder_is_copied(share: Path, tmp_path: Path) -> None:
    limits = FetchLimits(most_bytes=len(BODY), timeout_s=5, folders=[share])
    async with open_fetcher(limits) as fetch:
        await fetch("folder:films/a.mp4", tmp_path / "file", on_progress=lambda part: None)
    assert (tmp_path / "file").read_bytes() == (share / "films" / "a.mp4").read_bytes() == BODY


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "way-out",
        "films",
        "/etc/passwd",
        "films/../../secret",
        pytest.param("a" * 256, id="longer-than-names-are"),
        pytest.param("a\0b", id="no-name"),
    ],
)
async def test_nothing_outside_of_a_shared_folder_can_be_had(share: Path, tmp_path: Path, name: str) -> None:
    limits = FetchLimits(most_bytes=len(BODY), timeout_s=5, folders=[share])
    async with open_fetcher(limits) as fetch:
        with pytest.raises(FetchRefused, match="no such file"):
            await fetch(f"folder:{name}", tmp_path / "file", on_progress=lambda part: None)


async def test_a_part_that_is_not_the_one_that_was_asked_for_is_not_taken(
    fetch: Fetcher, tmp_path: Path
) -> None:
    async def confused(request: web.Request) -> web.StreamResponse:
        if "Range" not in request.headers:
            return await break_off(request, start=0, end=1000, headers={"ETag": '"1"'})
        headers = {"Content-Range": f"bytes 5-{len(BODY) - 1}/{len(BODY)}", "ETag": '"1"'}
        return web.Response(status=206, headers=headers, body=BODY[5:])

    async with serving(confused) as url:
        with pytest.raises(FetchRefused, match="answers 206"):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)


async def first_half(request: web.Request) -> web.StreamResponse:
    """What is asked for without a range: half of it, and then nothing more."""
    return await break_off(request, start=0, end=len(BODY) // 2, headers={"ETag": '"1"'})


def part(start: int, end: int, *, tag: str = '"1"') -> web.Response:
    headers = {"Content-Range": f"bytes {start}-{end - 1}/{len(BODY)}", "ETag": tag}
    return web.Response(status=206, headers=headers, body=BODY[start:end])


async def test_a_part_that_brings_less_than_was_asked_for_is_not_taken_for_the_end(
    fetch: Fetcher, tmp_path: Path
) -> None:
    heard: list[float] = []

    async def capped(request: web.Request) -> web.StreamResponse:
        if "Range" not in request.headers:
            return await first_half(request)
        start = int(request.headers["Range"][6:-1])
        return part(start, min(len(BODY), start + 100_000))

    async with serving(capped) as url:
        await fetch(url, tmp_path / "file", on_progress=heard.append)
    assert (tmp_path / "file").read_bytes() == BODY
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


async def test_a_part_that_never_ends_is_not_taken(fetch: Fetcher, tmp_path: Path) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        if "Range" not in request.headers:
            return await first_half(request)
        start = int(request.headers["Range"][6:-1])
        headers = {"Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}", "ETag": '"1"'}
        response = web.StreamResponse(status=206, headers=headers)
        await response.prepare(request)
        await response.write(BODY)
        return response

    async with serving(endless) as url:
        with pytest.raises(FetchRefused, match="more than there is"):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)


async def test_a_part_of_another_file_is_not_taken(fetch: Fetcher, tmp_path: Path) -> None:
    async def confused(request: web.Request) -> web.StreamResponse:
        if "Range" not in request.headers:
            return await first_half(request)
        return part(int(request.headers["Range"][6:-1]), len(BODY), tag='"2"')

    async with serving(confused) as url:
        with pytest.raises(FetchRefused, match="answers 206"):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)


async def test_a_part_that_nobody_asked_for_is_not_taken(fetch: Fetcher, tmp_path: Path) -> None:
    async def eager(request: web.Request) -> web.StreamResponse:
        return part(0, 100)

    async with serving(eager) as url:
        with pytest.raises(FetchRefused, match="answers 206"):
            await fetch(url, tmp_path / "file", on_progress=lambda part: None)


async def test_a_server_that_is_busy_when_a_transfer_is_taken_up_is_asked_again(
    fetch: Fetcher, tmp_path: Path
) -> None:
    busy = [503, 429]

    async def recovering(request: web.Request) -> web.StreamResponse:
        if "Range" not in request.headers:
            return await first_half(request)
        if busy:
            return web.Response(status=busy.pop())
        return part(int(request.headers["Range"][6:-1]), len(BODY))

    async with serving(recovering) as url:
        await fetch(url, tmp_path / "file", on_progress=lambda part: None)
    assert (tmp_path / "file").read_bytes() == BODY


@pytest.mark.parametrize("hangs_up", [True, False], ids=["hangs-up", "silent"])
async def test_a_server_that_gives_no_answer_when_a_transfer_is_taken_up_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hangs_up: bool
) -> None:
    monkeypatch.setattr(hops, "SILENCE_S", 0.5)
    asked, over = [], asyncio.Event()

    async def shy(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Range"))
        if asked == [None]:
            return await first_half(request)
        if len(asked) < 4:
            if hangs_up and request.transport:
                request.transport.close()
            else:
                await over.wait()
        return part(int(request.headers["Range"][6:-1]), len(BODY))

    limits = FetchLimits(most_bytes=len(BODY), timeout_s=20, allowed_networks=LOOPBACK)
    async with serving(shy) as url, open_fetcher(limits) as fetch:
        await fetch(url, tmp_path / "file", on_progress=lambda part: None)
        over.set()
    assert (tmp_path / "file").read_bytes() == BODY


async def test_a_file_that_is_another_by_now_is_fetched_from_its_beginning(
    fetch: Fetcher, tmp_path: Path
) -> None:
    other = BODY[::-1]

    async def renewed(request: web.Request) -> web.StreamResponse:
        if "Range" not in request.headers:
            return await break_off(request, start=0, end=1000, headers={"ETag": '"1"'})
        assert request.headers["If-Range"] == '"1"'
        return web.Response(headers={"ETag": '"2"'}, body=other)

    async with serving(renewed) as url:
        await fetch(url, tmp_path / "file", on_progress=lambda part: None)
    assert (tmp_path / "file").read_bytes() == other


async def test_a_slow_server_has_all_the_time_that_there_is(fetch: Fetcher, tmp_path: Path) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "200"})
        await response.prepare(request)
        for place in range(200):
            await response.write(BODY[place : place + 1])
        return response

    async with serving(slow) as url:
        await fetch(url, tmp_path / "file", on_progress=lambda part: None)
    assert (tmp_path / "file").read_bytes() == BODY[:200]

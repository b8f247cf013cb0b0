"""Remote files are read in parts, from honest servers and from others, and each part once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.remote.blocks import BLOCK_BYTES
from bot.remote.origin import RESUMPTIONS
from bot.remote.reader import ProxyReader, open_reader
from bot.remote.reading import MARGIN_BLOCKS
from processing.errors import Refusal, SourceRefused
from storage.models import Remote
from tests.bot.remote.conftest import BODY, LIMITS
from tests.range_server import Film, showing


async def remote_of(reader: ProxyReader, film: Film) -> Remote:
    remote = await reader.inspect(film.url)
    assert remote is not None
    film.asked.clear()
    film.sent_bytes = 0
    return remote


async def part(http: aiohttp.ClientSession, url: str, start: int, end: int) -> bytes:
    async with http.get(url, headers={"Range": f"bytes={start}-{end - 1}"}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(BODY)}"
        return await answer.read()


async def whole(http: aiohttp.ClientSession, reader: ProxyReader, remote: Remote) -> bytes:
    async with reader.open(remote) as source, http.get(source.url) as answer:
        return await answer.read()


@asynccontextmanager
async def opened(reader: ProxyReader, film: Film) -> AsyncIterator[str]:
    async with reader.open(await remote_of(reader, film)) as source:
        yield source.url


@asynccontextmanager
async def waiting_for(film: Film, place: int, http: aiohttp.ClientSession, url: str) -> AsyncIterator[None]:
    """Somebody has asked for all from that place on, and the server holds it back."""
    film.gate_at = place
    async with http.get(url, headers={"Range": f"bytes={place}-"}):
        await film.at_gate.wait()
        yield


async def test_a_part_is_what_it_is_and_little_more_is_read(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    async with opened(reader, film) as url:
        start, end = 10 * BLOCK_BYTES - 7, 12 * BLOCK_BYTES + 7
        assert await part(http, url, start, end) == BODY[start:end]
        assert await part(http, url, len(BODY) - 1, len(BODY)) == BODY[-1:]
    assert film.sent_bytes <= 8 * BLOCK_BYTES


async def test_the_whole_comes_in_few_requests(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    async with opened(reader, film) as url, http.get(url) as answer:
        assert (answer.status, answer.content_length) == (200, len(BODY))
        assert await answer.read() == BODY
    assert film.sent_bytes == len(BODY)
    assert len(film.asked) <= 7


async def test_what_was_read_costs_one_small_request_the_next_time_also_after_a_restart(
    film: Film, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    for _ in range(3):
        async with open_reader(LIMITS, tmp_path / "blocks") as reader, opened(reader, film) as url:
            assert await part(http, url, 0, 5 * BLOCK_BYTES) == BODY[: 5 * BLOCK_BYTES]
    assert film.asked == ["bytes=0-0"]
    assert film.sent_bytes == 1


async def test_who_runs_on_a_little_further_the_next_time_asks_for_nothing_more(
    film: Film, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    place = 6 * BLOCK_BYTES
    async with open_reader(LIMITS, tmp_path / "blocks") as reader:
        remote = await remote_of(reader, film)
        # it hangs up before anything has come, so that no socket decides how far it got
        async with reader.open(remote) as source:
            async with waiting_for(film, place, http, source.url):
                pass
            film.gate.set()
        film.asked.clear()
        async with reader.open(remote) as source:
            end = place + (1 + MARGIN_BLOCKS) * BLOCK_BYTES
            assert await part(http, source.url, place, end) == BODY[place:end]
    assert film.asked == ["bytes=0-0"]


async def test_two_who_read_the_same_share_its_blocks(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    remote = await remote_of(reader, film)

    assert await asyncio.gather(*(whole(http, reader, remote) for _ in range(3))) == [BODY, BODY, BODY]
    assert film.sent_bytes <= len(BODY) + 2  # a byte for each who came when the first block was there


async def test_who_waits_for_blocks_gets_them_though_the_one_who_asked_has_gone(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    remote = await remote_of(reader, film)
    async with reader.open(remote) as first, reader.open(remote) as second:
        async with waiting_for(film, 12 * BLOCK_BYTES, http, first.url):
            pass
        waiting = asyncio.create_task(part(http, second.url, film.gate_at, 13 * BLOCK_BYTES))
        film.gate.set()
        assert await waiting == BODY[film.gate_at : 13 * BLOCK_BYTES]
    # the beginning, the second reader's one byte, this, and what is behind it for the one who has gone
    assert film.asked[2] == f"bytes={film.gate_at}-{14 * BLOCK_BYTES - 1}"
    assert film.asked[3:] == [f"bytes={14 * BLOCK_BYTES}-{17 * BLOCK_BYTES - 1}"]


async def test_what_is_on_its_way_is_not_asked_for_with_its_neighbour(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    remote = await remote_of(reader, film)
    async with reader.open(remote) as first, reader.open(remote) as second:
        async with waiting_for(film, 12 * BLOCK_BYTES, http, first.url):
            start, end = 11 * BLOCK_BYTES, 12 * BLOCK_BYTES
            assert await part(http, second.url, start, end) == BODY[start:end]
        film.gate.set()
    assert f"bytes={start}-{end - 1}" in film.asked


async def test_a_slow_server_is_waited_for_and_what_it_has_sent_is_passed_on(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    async with opened(reader, film) as url:
        film.gate_at = 11 * BLOCK_BYTES
        async with http.get(url, headers={"Range": f"bytes={10 * BLOCK_BYTES}-"}) as answer:
            here = await answer.content.readexactly(
                BLOCK_BYTES
            )  # the second block of the answer is held back
            film.gate.set()
            assert here + await answer.read() == BODY[10 * BLOCK_BYTES :]


async def test_a_part_that_breaks_off_in_mid_block_goes_on_where_it_broke(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    async with opened(reader, film) as url:
        film.cuts = [BLOCK_BYTES // 2 + 3]
        assert (
            await part(http, url, 5 * BLOCK_BYTES, 7 * BLOCK_BYTES) == BODY[5 * BLOCK_BYTES : 7 * BLOCK_BYTES]
        )
    broken, resumed = film.asked[1:3]
    assert broken == f"bytes={5 * BLOCK_BYTES}-{7 * BLOCK_BYTES - 1}"
    assert resumed == f"bytes={5 * BLOCK_BYTES + BLOCK_BYTES // 2 + 3}-{7 * BLOCK_BYTES - 1}"


async def test_a_busy_server_is_asked_again(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    async with opened(reader, film) as url:
        film.statuses = [503, 429, 500]
        assert (
            await part(http, url, 5 * BLOCK_BYTES, 6 * BLOCK_BYTES) == BODY[5 * BLOCK_BYTES : 6 * BLOCK_BYTES]
        )


async def tried(http: aiohttp.ClientSession, url: str, at: int = 10 * BLOCK_BYTES) -> None:
    with pytest.raises((aiohttp.ClientError, AssertionError)):
        await part(http, url, at, at + BLOCK_BYTES)


def change(film: Film) -> None:
    film.headers = {"ETag": '"two"'}


def change_and_ignore(film: Film) -> None:
    """A server that does not know `If-Range`."""
    film.headers = {"ETag": '"two"', "X": '"one"'}


def change_and_be_silent(film: Film) -> None:
    """Only `If-Range` tells."""
    film.headers = {}


def grow(film: Film) -> None:
    film.body += b"more"


def shrink(film: Film) -> None:
    film.body = film.body[:BLOCK_BYTES]


def forget_ranges(film: Film) -> None:
    film.knows_ranges = False


def lose(film: Film) -> None:
    film.statuses = [404] * 9


def shift(film: Film) -> None:
    film.shift = 1


def break_off_again_and_again(film: Film) -> None:
    film.cuts = [1] * (RESUMPTIONS + 1)


def stay_busy(film: Film) -> None:
    film.statuses = [503] * (RESUMPTIONS + 1)


def lead_to_a_private_place(film: Film) -> None:
    film.location = "http://10.0.0.1/film.mp4"


TROUBLES = [
    pytest.param(change, Refusal.CHANGED, id="changed"),
    pytest.param(change_and_ignore, Refusal.CHANGED, id="changed-and-says-nothing"),
    pytest.param(change_and_be_silent, Refusal.CHANGED, id="changed-and-has-no-mark-now"),
    pytest.param(grow, Refusal.CHANGED, id="grown"),
    pytest.param(shrink, Refusal.CHANGED, id="shrunk"),
    pytest.param(forget_ranges, Refusal.CHANGED, id="no-ranges-any-more"),
    pytest.param(lose, Refusal.GONE, id="lost"),
    pytest.param(shift, Refusal.GONE, id="another-range"),
    pytest.param(break_off_again_and_again, Refusal.GONE, id="breaks-off-again-and-again"),
    pytest.param(stay_busy, Refusal.GONE, id="busy-for-long"),
    pytest.param(lead_to_a_private_place, Refusal.GONE, id="private-redirect"),
]


@pytest.mark.parametrize(("happens", "reason"), TROUBLES)
async def test_trouble_in_mid_work_ends_it_whatever_the_program_made_of_it(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession, happens: object, reason: Refusal
) -> None:
    remote = await remote_of(reader, film)

    async def work() -> None:
        async with reader.open(remote) as source:
            assert callable(happens)
            happens(film)
            await tried(http, source.url)
            async with http.get(source.url) as answer:
                assert answer.status == 502

    with pytest.raises(SourceRefused) as refusal:
        await work()
    assert refusal.value.reason is reason
    assert "127.0.0.1" not in f"{refusal.value.detail}{refusal.value}"


@pytest.mark.parametrize(("happens", "reason"), [case for case in TROUBLES if case.id != "shrunk"])
async def test_trouble_before_the_work_is_told_at_once(
    reader: ProxyReader, film: Film, happens: object, reason: Refusal
) -> None:
    remote = await remote_of(reader, film)
    assert callable(happens)
    happens(film)
    with pytest.raises(SourceRefused) as refusal:
        async with reader.open(remote):
            pytest.fail("it was opened")
    assert refusal.value.reason is reason


async def test_a_server_that_has_gone_is_noticed_though_all_is_kept(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    async with showing(Film(BODY)) as short_lived:
        remote = await remote_of(reader, short_lived)
        async with reader.open(remote) as source, http.get(source.url) as answer:
            await answer.read()
    with pytest.raises(SourceRefused) as refusal:
        async with reader.open(remote):
            pytest.fail("it was opened")
    assert refusal.value.reason is Refusal.GONE


@pytest.mark.parametrize("kept", [True, False])
async def test_a_server_that_keeps_us_waiting_for_the_beginning_holds_nobody_up(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession, tmp_path: Path, kept: bool
) -> None:
    remote = await remote_of(reader, film)
    if kept:
        await whole(http, reader, remote)
    film.gate_at = 0
    async with open_reader(replace(LIMITS, patience_s=0.1), tmp_path / "blocks") as impatient:
        with pytest.raises(SourceRefused) as refusal:
            await whole(http, impatient, remote)
        assert refusal.value.reason is Refusal.GONE
        assert await impatient.inspect(film.url) is None
    film.gate.set()


async def test_private_places_are_not_even_asked(film: Film, tmp_path: Path) -> None:
    async with open_reader(replace(LIMITS, allowed_networks=()), tmp_path / "blocks") as reader:
        for url in (film.url, film.url.replace("127.0.0.1", "localhost")):
            assert await reader.inspect(url) is None
            remote = Remote(url=url, validator='"one"', size_bytes=len(BODY))
            with pytest.raises(SourceRefused) as refusal:
                async with reader.open(remote):
                    pytest.fail("it was opened")
            assert (refusal.value.reason, refusal.value.detail) == (
                Refusal.GONE,
                "The address is not public.",
            )
    assert film.asked == []


async def test_no_work_reads_more_than_it_may(
    film: Film, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    limits = replace(LIMITS, most_bytes=6 * BLOCK_BYTES)
    async with open_reader(limits, tmp_path / "blocks") as reader:
        remote = await remote_of(reader, film)
        with pytest.raises(SourceRefused) as refusal:
            await whole(http, reader, remote)
        assert refusal.value.reason is Refusal.READS_TOO_MUCH
        assert 5 * BLOCK_BYTES <= film.sent_bytes <= 6 * BLOCK_BYTES
        # what one piece of work has read costs the next one nothing
        async with reader.open(remote) as source:
            assert await part(http, source.url, 0, 8 * BLOCK_BYTES) == BODY[: 8 * BLOCK_BYTES]


@pytest.mark.parametrize(
    "film",
    [
        pytest.param(Film(BODY, knows_ranges=False), id="no-ranges"),
        pytest.param(Film(BODY, headers={}), id="nothing-to-tell-versions-apart"),
        pytest.param(Film(BODY, headers={"ETag": 'W/"one"'}), id="a-weak-tag-alone"),
        pytest.param(Film(BODY, headers={"ETag": '"one"', "Content-Encoding": "gzip"}), id="packed"),
        pytest.param(Film(BODY, claims=len(BODY) + 1), id="claims-too-much"),
        pytest.param(Film(BODY, claims=10**15), id="claims-far-too-much"),
        pytest.param(Film(BODY, shift=1), id="another-range"),
        pytest.param(Film(BODY, statuses=[404]), id="lost"),
        pytest.param(Film(BODY, location="http://169.254.169.254/"), id="private-redirect"),
        pytest.param(Film(BODY, location="/film.mp4"), id="redirect-without-end"),
    ],
)
async def test_what_cannot_be_trusted_in_parts_is_fetched_whole(reader: ProxyReader, film: Film) -> None:
    async with showing(film):
        assert await reader.inspect(film.url) is None
    assert film.sent_bytes < len(BODY) or not film.knows_ranges


async def test_the_time_of_the_last_change_does_where_there_is_no_tag(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    film.headers = {"ETag": 'W/"one"', "Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT"}
    async with opened(reader, film) as url:
        assert await part(http, url, 0, 9) == BODY[:9]
    remote = await remote_of(reader, film)
    film.headers["Last-Modified"] = "Wed, 21 Oct 2026 07:28:01 GMT"
    with pytest.raises(SourceRefused, match="changed"):
        async with reader.open(remote):
            pytest.fail("it was opened")


async def test_what_is_passed_off_as_another_servers_file_is_kept_apart(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    async with opened(reader, film) as url:
        await part(http, url, 0, 9)
    async with showing(Film(BODY[::-1], headers=film.headers)) as other, opened(reader, other) as url:
        assert await part(http, url, 0, 9) == BODY[::-1][:9]


async def test_only_the_token_opens_the_door_and_only_while_there_is_work(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    async with opened(reader, film) as url:
        base, _, token = url.rpartition("/")
        assert base.startswith("http://127.0.0.1:")
        assert len(token) >= 43
        for method, address, status in (
            ("GET", f"{base}/", 404),
            ("GET", f"{base}/{token[:-1]}", 404),
            ("GET", f"{base}/{token}/more", 404),
            ("POST", url, 405),
            ("HEAD", url, 200),
        ):
            async with http.request(method, address) as answer:
                assert answer.status == status, (method, answer.status)
        async with http.get(url, headers={"Range": f"bytes={len(BODY)}-"}) as answer:
            assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{len(BODY)}")
    with pytest.raises(aiohttp.ClientConnectorError):
        await http.get(url)


async def test_work_that_is_called_off_calls_off_what_is_on_its_way(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession
) -> None:
    async with asyncio.timeout(20):
        async with opened(reader, film) as url:
            film.gate_at = 10 * BLOCK_BYTES
            waiting = asyncio.create_task(tried(http, url))
            await film.at_gate.wait()
        await waiting
    film.gate.set()
    async with opened(reader, film) as url:
        assert await part(http, url, 10 * BLOCK_BYTES, len(BODY)) == BODY[10 * BLOCK_BYTES :]


async def test_a_block_that_was_damaged_on_disk_is_fetched_once_more_for_all_who_want_it(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    remote = await remote_of(reader, film)
    await whole(http, reader, remote)
    (damaged,) = (tmp_path / "blocks").glob("*/7")
    damaged.write_bytes(b"nonsense")
    film.sent_bytes = 0
    start, end = 7 * BLOCK_BYTES, 8 * BLOCK_BYTES
    async with reader.open(remote) as source:
        parts = await asyncio.gather(*(part(http, source.url, start, end) for _ in range(20)))
    assert parts == [BODY[start:end]] * 20
    assert film.sent_bytes == 1 + BLOCK_BYTES


async def test_a_small_cache_keeps_within_its_bounds_and_nothing_is_wrong(
    film: Film, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    limits = replace(LIMITS, cache_bytes=3 * BLOCK_BYTES)
    async with open_reader(limits, tmp_path / "blocks") as reader, opened(reader, film) as url:
        for _ in range(2):
            async with http.get(url) as answer:
                assert await answer.read() == BODY
        kept = [path.stat().st_size for path in (tmp_path / "blocks").glob("*/*")]
    assert 0 < sum(kept) <= limits.cache_bytes


async def test_the_sweep_spares_what_a_video_needs_or_somebody_reads(
    reader: ProxyReader, film: Film, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    remote = await remote_of(reader, film)
    async with reader.open(remote):
        assert await reader.keep_only([]) == 0
    assert await reader.keep_only([remote]) == 0
    assert list((tmp_path / "blocks").glob("*/*"))
    assert await reader.keep_only([]) == 2
    assert list((tmp_path / "blocks").glob("*")) == []

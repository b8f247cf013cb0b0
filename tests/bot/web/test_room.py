"""There is room for so many connections, and no address can take it all."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Settings
from bot.web.room import FILES_OF_THE_WORK, SHARE, Room, host_of
from tests.bot.web.conftest import SETTINGS, TOKEN, House

MOST = 16
HALF = int(MOST * SHARE)
ONE, TWO, THREE = "127.0.0.2", "127.0.0.3", "127.0.0.4"
ASK = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[str], Awaitable[Connection]]


@pytest.fixture
def settings() -> Settings:
    return Settings(**SETTINGS | {"service": {"connections": MOST}})


@pytest.fixture
async def connect(house: House) -> AsyncIterator[Connect]:
    """Connects from an address, and hangs up at the end."""
    made: list[Connection] = []

    async def connect(address: str) -> Connection:
        port = house.http._base_url.port
        made.append(await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0)))
        return made[-1]

    yield connect
    for _, writer in made:
        writer.transport.abort()


async def asked(connection: Connection, said: bytes = ASK) -> bytes:
    """The head and the body of the answer to a question."""
    reader, writer = connection
    async with asyncio.timeout(10):
        writer.write(said)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        return head + await reader.readexactly(length)


async def held(connect: Connect, address: str, number: int) -> list[Connection]:
    """So many connections that have been answered, and stay open."""
    connections = [await connect(address) for _ in range(number)]
    for connection in connections:
        assert (await asked(connection)).startswith(b"HTTP/1.1 200")
    return connections


async def test_one_address_holds_half_and_leaves_room_for_the_others(connect: Connect) -> None:
    await held(connect, ONE, HALF)
    assert (await asked(await connect(ONE))).startswith(b"HTTP/1.1 503")
    assert (await asked(await connect(TWO))).startswith(b"HTTP/1.1 200")


async def test_who_hangs_up_makes_room(connect: Connect) -> None:
    connections = await held(connect, ONE, HALF)
    connections[0][1].close()
    await connections[0][1].wait_closed()
    assert (await asked(await connect(ONE))).startswith(b"HTTP/1.1 200")


async def test_who_finds_no_room_is_told_so_while_the_others_go_on(connect: Connect) -> None:
    inside = await held(connect, ONE, HALF) + await held(connect, TWO, HALF)
    head, _, body = (await asked(await connect(THREE))).partition(b"\r\n\r\n")
    assert b"Retry-After: " in head
    assert b"Content-Type: application/problem+json" in head
    assert json.loads(body)["code"] == "too_many_connections"
    for connection in inside:
        assert (await asked(connection)).startswith(b"HTTP/1.1 200")


async def test_the_refusal_can_be_read_by_who_sends_a_large_body(connect: Connect) -> None:
    await held(connect, ONE, HALF)
    head = f"POST /v1/videos HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
    said = head + b"Content-Length: 9000000\r\n\r\n" + bytes(9_000_000)
    assert (await asked(await connect(ONE), said)).startswith(b"HTTP/1.1 503")


async def test_of_a_flood_no_more_stay_open_than_there_is_room_for(house: House, connect: Connect) -> None:
    flood = await asyncio.gather(*(connect(ONE) for _ in range(600)))
    answers = await asyncio.gather(*(asked(each) for each in flood), return_exceptions=True)
    statuses = Counter(answer[9:12] for answer in answers if isinstance(answer, bytes))
    assert statuses[b"200"] == HALF
    assert statuses[b"503"] > 0
    figures = (await house.get("/metrics")).raw.decode()
    assert f"cutdown_http_connections {HALF + 1}" in figures
    assert f"cutdown_http_connections_refused_total {600 - HALF}" in figures


@given(steps=st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=80))
def test_whoever_comes_and_goes_the_bounds_hold_and_nothing_is_forgotten(
    steps: list[tuple[str, bool]],
) -> None:
    room, inside = Room(8), Counter[str]()
    for host, comes in steps:
        if comes:
            may = inside.total() < 8 and inside[host] < 4
            assert room.enter(host) is may
            inside[host] += may
        elif inside[host]:
            room.leave(host)
            inside[host] -= 1
        assert room.open == inside.total()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("192.0.2.1", "192.0.2.2", False, id="two-of-ipv4"),
        pytest.param("192.0.2.1", "::ffff:192.0.2.1", True, id="mapped"),
        pytest.param("2001:db8::1", "2001:db8::ffff:2", True, id="one-network-of-a-host"),
        pytest.param("2001:db8::1", "2001:db8:0:1::1", False, id="two-networks"),
        pytest.param("fe80::1%eth0", "fe80::2", True, id="with-a-zone"),
    ],
)
def test_a_host_is_told_from_others_by_what_it_cannot_choose(one: str, other: str, same: bool) -> None:
    assert (host_of(one) == host_of(other)) is same


def test_connections_leave_files_for_the_work() -> None:
    code = "from bot.web.room import beside_the_work; print(beside_the_work(10_000))"
    files = FILES_OF_THE_WORK + 200
    command = ["prlimit", f"--nofile={files}:{files}", sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "100\n"

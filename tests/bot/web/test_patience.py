"""Whoever is slow is let go, and keeps nobody else waiting."""

import asyncio
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.web import incoming
from bot.web.patience import Patience
from storage.models import Export
from tests.bot.web.conftest import RECIPE, TOKEN, House

HEAD = f"POST /v1/exports HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {TOKEN}\r\n"
SLOW = 400
HONEST = 100


@pytest.fixture
def patience() -> Patience:
    return Patience(head_s=0.3, between_s=0.3, refused_s=0.1, unread_s=1)


async def said_until_the_end(house: House, *pieces: str) -> bytes:
    """What a connection hears until it is closed from the other side."""
    reader, writer = await connected(house)
    for piece in pieces:
        writer.write(piece.encode())
    await writer.drain()
    try:
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def connected(house: House) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", house.http._base_url.port)


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([], id="nothing"),
        pytest.param([HEAD], id="half-a-head"),
        pytest.param(["\r\n\r\n"], id="empty-lines"),
    ],
)
async def test_a_connection_without_a_whole_head_is_closed(house: House, pieces: list[str]) -> None:
    assert await said_until_the_end(house, *pieces) == b""


async def test_a_connection_is_closed_that_asks_for_nothing_more(house: House) -> None:
    said = await said_until_the_end(house, "GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n", "GET /healthz")
    assert said.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("path", ["/v1/exports", "/v1/videos"])
async def test_a_body_that_stops_coming_is_a_408(
    house: House, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "SILENCE_S", 0.3)
    head = HEAD.replace("/v1/exports", path) + "Content-Type: multipart/form-data; boundary=e\r\n"
    said = await said_until_the_end(house, head + 'Content-Length: 1000\r\n\r\n{"a"')
    assert said.startswith(b"HTTP/1.1 408")
    assert list(house.services.scratch.iterdir()) == []


async def test_a_body_that_trickles_is_a_408(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "START_S", 0.0)
    monkeypatch.setattr(incoming, "LEAST_BYTES_S", 1e9)
    said = await said_until_the_end(house, HEAD + 'Content-Length: 1000\r\n\r\n{"a"')
    assert said.startswith(b"HTTP/1.1 408")


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux ends these")
async def test_an_answer_that_nobody_takes_is_given_up(house: House) -> None:
    house.pool.content = bytes(30_000_000)
    export = await linked(house)
    with socket.socket() as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        end.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(end, ("127.0.0.1", house.http._base_url.port))
        await loop.sock_sendall(end, f"GET /d/{export.token} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        async with asyncio.timeout(30):
            for state in (True, False):
                while sending(house) is not state:  # noqa: ASYNC110 - the kernel rings no bell for it
                    await asyncio.sleep(0.02)


@pytest.mark.parametrize("patience", [pytest.param(Patience(), id="as-it-is-served")])
async def test_hundreds_who_stall_do_not_stop_the_honest(house: House) -> None:
    async with AsyncExitStack() as stack:
        for number in range(SLOW):
            _, writer = await connected(house)
            stack.callback(writer.close)
            writer.write((HEAD if number % 2 else HEAD + "Content-Length: 9\r\n\r\n{").encode())
        scene = await house.scene()
        body = RECIPE | {"scene_id": scene.id}
        answers = await asyncio.gather(
            *(
                house.post("/v1/exports", json=body, headers=house.bearer() | {"Idempotency-Key": f"{n}"})
                for n in range(HONEST)
            )
        )
    assert sorted(answer.status for answer in answers) == [202] * 10 + [429] * (HONEST - 10)


def sending(house: House) -> bool:
    """Whether the face holds an open file of the store: one that it is sending."""
    return any(
        str(house.services.scratch.parent) in str(link.readlink())
        for link in Path("/proc/self/fd").iterdir()
        if link.is_symlink() and link.readlink().suffix == ".mp4"
    )


async def linked(house: House) -> Export:
    export = await house.services.exports.get(await house.completed(await house.scene()))
    assert export is not None
    return export

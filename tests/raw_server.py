"""A server on loopback that says word for word what it is told, which no library would let it say."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

#: From the head of a request to everything that is sent back.
Saying = Callable[[str], bytes]


@asynccontextmanager
async def saying(answer: Saying, name: str = "film.mp4") -> AsyncIterator[str]:
    """The address; each connection may ask again and again, and is hung up on by its client alone."""
    tasks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            # cancelled, it has been told that the test is over
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(answer(head.decode("latin-1")))
                    await writer.drain()
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/{name}"
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def head(status: str, **headers: object) -> bytes:
    """The head of an answer; `content_length` stands for `Content-Length`."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()

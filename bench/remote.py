"""What a short of a video at another server costs that server: bytes and requests, first time and second.

python -m bench.remote [--short]

The video is a drawn clip, repeated to an hour without encoding it again, on a server of this machine.
"""

import argparse
import asyncio
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from aiohttp import web

from bench import asked
from bot.remote.blocks import asked_span
from bot.remote.reader import ReadLimits, open_reader
from processing.render import RenderJob, render
from processing.source import BUFFER_BYTES
from processing.tools import Tools, find_tools
from storage.models import Recipe

PIECE_BYTES = 64 * 1024
#: A clip that is as large as real ones are: noise is not compressed away.
CLIP = "testsrc2=size=1280x720:rate=30:duration=4,noise=alls=6:allf=t"
TONE = "sine=frequency=440:sample_rate=48000:duration=4"
ENCODED = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-b:v",
    "6M",
    "-g",
    "60",
    "-pix_fmt",
    "yuv420p",
    "-c:a",
    "aac",
]
KINDS = {"moov first": ["-movflags", "+faststart"], "moov last": []}


@dataclass
class Server:
    """A server that knows ranges, and what it has been asked and has sent."""

    path: Path
    url: str = ""
    requests: int = 0
    sent_bytes: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Send the range; who asked may hang up."""
        size = self.path.stat().st_size
        span = asked_span(request.headers.get("Range"), size)
        if span is None:
            return web.Response(status=416)
        self.requests += 1
        headers = {"ETag": '"one"', "Content-Range": f"bytes {span.start}-{span.end - 1}/{size}"}
        response = web.StreamResponse(status=206, headers=headers)
        response.content_length = len(span)
        await response.prepare(request)
        with self.path.open("rb") as file:
            file.seek(span.start)
            for at in range(span.start, span.end, PIECE_BYTES):
                piece = file.read(min(PIECE_BYTES, span.end - at))
                try:
                    await response.write(piece)
                except ConnectionError:
                    break
                self.sent_bytes += len(piece)
        return response


@asynccontextmanager
async def serving(path: Path) -> AsyncIterator[Server]:
    """The server, as long as the block runs."""
    server = Server(path)
    app = web.Application()
    app.router.add_get("/film.mp4", server.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    # what lies in a socket unread has been sent all the same
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
    await web.SockSite(runner, listener).start()
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}/film.mp4"
    try:
        yield server
    finally:
        await runner.cleanup()


def film(tools: Tools, folder: Path, *, seconds: float, options: list[str]) -> Path:
    """The clip, again and again."""
    clip, path = folder / "clip.mp4", folder / "film.mp4"
    quiet = [tools.ffmpeg, "-v", "error", "-y"]
    if not clip.exists():
        drawn = ["-f", "lavfi", "-i", CLIP, "-f", "lavfi", "-i", TONE]
        subprocess.run([*quiet, *drawn, *ENCODED, clip], check=True)
    looped = ["-stream_loop", "-1", "-i", clip, "-c", "copy", "-t", str(seconds)]
    subprocess.run([*quiet, *looped, *options, path], check=True)
    return path


async def plain(server: Server, tools: Tools, *, start_s: float, seconds: float) -> None:
    """What one would type: ffmpeg itself goes to the server."""
    wanted = ["-ss", str(start_s), "-i", server.url, "-t", str(seconds), "-f", "null", "-"]
    program = await asyncio.create_subprocess_exec(tools.ffmpeg, "-v", "error", "-nostdin", *wanted)
    if await program.wait() != 0:
        raise RuntimeError("ffmpeg failed")


async def ours(server: Server, tools: Tools, folder: Path, *, start_s: float, seconds: float) -> None:
    """A short through the proxy, sound and picture, in a service that has just been started."""
    limits = ReadLimits(most_bytes=1 << 30, cache_bytes=1 << 31, allowed_networks=[ip_network("127.0.0.0/8")])
    async with open_reader(limits, folder / "blocks") as reader:
        remote = await reader.inspect(server.url)
        if remote is None:
            raise RuntimeError("the server is not believed")
        server.requests = server.sent_bytes = 0  # that was when the video came in
        job = RenderJob(
            start_s=start_s,
            end_s=start_s + seconds,
            recipe=Recipe(strategy="center_crop", quality="draft"),
        )
        async with reader.open(remote) as source:
            await render(job, source=source, output=folder / "short.mp4", tools=tools, threads=1)


async def measure(arguments: argparse.Namespace) -> None:
    """Print the table."""
    tools = find_tools()
    length_s, seconds = (120.0, 1.0) if arguments.short else (3600.0, 30.0)
    later = f"third, {seconds / 3:.1f} s later"
    print("| index | what | requests | MB sent | of the file | seconds |\n|---|---|---|---|---|---|")
    for kind, options in KINDS.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = await asyncio.to_thread(film, tools, folder, seconds=length_s, options=options)
            async with serving(path) as server:
                times = {"start_s": length_s / 2 + 0.5, "seconds": seconds}
                await _row(kind, "ffmpeg -ss alone", server, plain(server, tools, **times))
                for what in ("first short", "second short", later):
                    if what == later:
                        times["start_s"] += seconds / 3
                    await _row(kind, what, server, ours(server, tools, folder, **times))


async def _row(kind: str, what: str, server: Server, work: Awaitable[None]) -> None:
    server.requests = server.sent_bytes = 0
    began = time.monotonic()
    await work
    size = server.path.stat().st_size
    told = f"{server.sent_bytes / 1e6:.2f} | {server.sent_bytes / size:.2%} of {size / 1e6:.0f} MB"
    print(f"| {kind} | {what} | {server.requests} | {told} | {time.monotonic() - began:.1f} |", flush=True)


def main() -> None:
    """Measure as the command line says."""
    asyncio.run(measure(asked.parser(__doc__).parse_args()))


if __name__ == "__main__":
    main()

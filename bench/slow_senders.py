"""Whether those who send slowly stop those who do not: prints what the honest were answered, and how fast.

    python -m bench.slow_senders [--slow 4000] [--honest 200] [--short]

It starts the real program on a loopback port. Half of the slow never end their head, half never their body.
"""

import asyncio
import resource
import secrets
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from bench import asked
from bench.accept_latency import CONFIG, RECIPE, at, make_clip, service, upload
from bot.config import hash_token

HEAD = "POST /v1/exports HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n"
ENDINGS = ("", 'Content-Length: 9\r\n\r\n{"')
#: So many connect at a time: it is their number that is tried, not the kernel's queue.
AT_ONCE = 200


def main() -> None:
    parser = asked.parser(__doc__, short="only see whether it runs")
    parser.add_argument("--slow", type=int, default=4000)
    parser.add_argument("--honest", type=int, default=200)
    arguments = parser.parse_args()
    slow, honest = (100, 20) if arguments.short else (arguments.slow, arguments.honest)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the slow are files of ours, too
    with tempfile.TemporaryDirectory(prefix="cutdown-bench-") as folder:
        statuses, taken_ms = asyncio.run(measure(Path(folder), slow=slow, honest=honest))
    said = ", ".join(f"{number} x {status}" for status, number in sorted(statuses.items()))
    print(
        f"{slow} slow senders, {honest} honest posts at once: {said}; "
        f"p50 {at(taken_ms, 0.5):.0f} ms, p99 {at(taken_ms, 0.99):.0f} ms, worst {taken_ms[-1]:.0f} ms"
    )


async def measure(folder: Path, *, slow: int, honest: int) -> tuple[Counter[int], list[float]]:
    """Statuses and milliseconds of the honest, all sent at once while all of the slow are connected."""
    token = secrets.token_urlsafe()
    config = folder / "config.toml"
    config.write_text(CONFIG.format(data=folder / "data", token_hash=hash_token(token)))
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(service(config))
        headers, connector = {"Authorization": f"Bearer {token}"}, aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(
            aiohttp.ClientSession(url, headers=headers, connector=connector)
        )
        scene_id = await upload(http, make_clip(folder / "clip.mp4"))
        stack.callback(_hang_up, await _stall(url, slow, HEAD.format(token=token)))
        answers = await asyncio.gather(*(_post(http, scene_id) for _ in range(honest)))
    return Counter(status for status, _ in answers), sorted(took_ms for _, took_ms in answers)


async def _stall(url: str, slow: int, head: str) -> list[asyncio.StreamWriter]:
    writers: list[asyncio.StreamWriter] = []
    port = urlsplit(url).port
    while len(writers) < slow:
        number = min(AT_ONCE, slow - len(writers))
        streams = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(number)))
        for _, writer in streams:
            writer.write((head + ENDINGS[len(writers) % 2]).encode())
            writers.append(writer)
    return writers


def _hang_up(writers: list[asyncio.StreamWriter]) -> None:
    for writer in writers:
        writer.transport.abort()


async def _post(http: aiohttp.ClientSession, scene_id: str) -> tuple[int, float]:
    began = time.perf_counter()
    async with http.post("/v1/exports", json=RECIPE | {"scene_id": scene_id}) as answer:
        await answer.read()
    return answer.status, (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()

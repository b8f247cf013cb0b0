"""How long accepting an export takes while every core encodes: prints p50, p99 and the worst, in ms.

    python -m bench.accept_latency [--requests 400] [--encoders N]

It starts the real program on a free loopback port with a throw-away data folder.
"""

import argparse
import asyncio
import contextlib
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp

from bot.config import hash_token
from processing.ffmpeg import find_tools

RECIPE = {"aspect_ratio_strategy": "center_crop", "output_quality": "high"}
CONFIG = """
[service]
port = 0
data_dir = "{data}"
[limits]
exports_per_day = 100000
[[clients]]
name = "bench"
token_hashes = ["{token_hash}"]
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--encoders", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cutdown-bench-") as folder:
        taken_ms = sorted(asyncio.run(measure(Path(folder), arguments.requests, arguments.encoders)))
    print(
        f"{len(taken_ms)} exports accepted while {arguments.encoders} encoders ran: "
        f"p50 {at(taken_ms, 0.5):.1f} ms, p99 {at(taken_ms, 0.99):.1f} ms, worst {taken_ms[-1]:.1f} ms"
    )


async def measure(folder: Path, requests: int, encoders: int) -> list[float]:
    """Milliseconds from sending a request to having its answer, one request after the other."""
    token = secrets.token_urlsafe()
    config = folder / "config.toml"
    config.write_text(CONFIG.format(data=folder / "data", token_hash=hash_token(token)))
    clip = make_clip(folder / "clip.mp4")
    async with service(config) as url:
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(url, headers=headers, raise_for_status=True) as http:
            scene_id = await upload(http, clip)
            with busy(encoders):
                return [await accepted(http, scene_id) for _ in range(requests)]


async def accepted(http: aiohttp.ClientSession, scene_id: str) -> float:
    began = time.perf_counter()
    async with http.post(f"/v1/scenes/{scene_id}/export-short", json=RECIPE) as answer:
        await answer.read()
    return (time.perf_counter() - began) * 1000


async def upload(http: aiohttp.ClientSession, clip: Path) -> str:
    with clip.open("rb") as file:
        async with http.post("/v1/videos", data={"file": file}) as answer:
            video_id = (await answer.json())["id"]
    async with http.post(f"/v1/videos/{video_id}/scenes", json={"start_s": 0, "end_s": 5}) as answer:
        return str((await answer.json())["id"])


@contextlib.asynccontextmanager
async def service(config: Path) -> AsyncIterator[str]:
    """The program, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        "--config",
        str(config),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        while line := (await process.stdout.readline()).decode():
            if found := re.search(r"http://\S+", line):
                break
        yield found[0]
    finally:
        process.terminate()
        await process.wait()


@contextlib.contextmanager
def busy(encoders: int) -> Iterator[None]:
    """Encoders of the same niceness as our own children, for as long as the block runs."""
    tools = find_tools()
    arguments = ["nice", "-n", "19", str(tools.ffmpeg), "-v", "error", "-nostdin", "-f", "lavfi"]
    arguments += [
        "-i",
        "testsrc2=size=1080x1920:rate=30",
        "-c:v",
        "libx264",
        "-threads",
        "1",
        "-f",
        "null",
        "-",
    ]
    children = [subprocess.Popen(arguments) for _ in range(encoders)]
    try:
        yield
    finally:
        for child in children:
            child.kill()
            child.wait()


def make_clip(path: Path) -> Path:
    source = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=6"]
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    subprocess.run([find_tools().ffmpeg, "-v", "error", "-nostdin", *source, *encoded, path], check=True)
    return path


def at(sorted_values: list[float], part: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * part))]


if __name__ == "__main__":
    main()

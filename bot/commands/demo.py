"""`cutdown demo`: the whole way once, on this machine: service, upload, signed call, short, link."""

import argparse
import asyncio
import base64
import json
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot import environment, signatures
from bot.commands.bar import ProgressBar
from bot.commands.base import FAILED, INTERRUPTED, Command, complain, programs, say, timecode
from bot.config import hash_token
from processing.errors import SourceRefused, ToolsMissing
from processing.ffmpeg import Progress, Tools
from processing.ffprobe import probe
from processing.timecode import format_timecode

#: Long enough to see a bar move, short enough to wait for.
CLIP_S = 12
POLL_S = 0.3
ENDED = ("completed", "failed", "cancelled", "expired")
CONFIG = """
[service]
host = "127.0.0.1"
port = 0
data_dir = {data}

[[clients]]
name = "demo"
secrets = ["{secret}"]
token_hashes = ["{token_hash}"]
"""


class DemoFailed(Exception):
    """The way ended early; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A tool that talks to the service: a bearer token for the upload, a secret for the signed call."""

    session: aiohttp.ClientSession
    url: str
    token: str
    secret: str

    async def ask(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        """A call with the bearer token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.request(method, f"{self.url}{path}", headers=headers, **body) as answer:
            return await _read(answer)

    async def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A call signed the Standard Webhooks way."""
        data = json.dumps(body).encode()
        name = f"msg_{secrets.token_hex(8)}"
        headers = signatures.sign(data, id=name, secret=self.secret, now=datetime.now(UTC))
        headers["Content-Type"] = "application/json"
        async with self.session.post(f"{self.url}{path}", data=data, headers=headers) as answer:
            return await _read(answer)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--video", type=Path, metavar="FILE", help="your own video; default: a made-up clip")
    parser.add_argument("--start", type=timecode, metavar="S", help="default: 0")
    parser.add_argument("--end", type=timecode, metavar="S", help="default: 30 s after the start")
    parser.add_argument("--strategy", default="center_crop", metavar="NAME")
    parser.add_argument("--quality", default="high", metavar="NAME")
    parser.add_argument("--output", type=Path, default=Path("cutdown-demo.mp4"), metavar="FILE")


def _run(arguments: argparse.Namespace) -> int:
    try:
        asyncio.run(_demo(arguments))
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except (DemoFailed, SourceRefused, ToolsMissing, OSError, aiohttp.ClientError) as error:
        complain(str(error) or type(error).__name__)
        return FAILED
    return 0


async def _demo(arguments: argparse.Namespace) -> None:
    tools = programs()
    if arguments.video is not None and not arguments.video.is_file():
        raise DemoFailed(f"there is no file {arguments.video}")
    with tempfile.TemporaryDirectory(prefix="cutdown-demo-") as name:
        folder = Path(name)
        video = arguments.video or await _made_up(tools, folder / "clip.mp4")
        async with _service(folder) as visitor:
            say(f"1  the service runs at {visitor.url}, its data in a throw-away folder")
            export = await _exported(visitor, video, arguments)
            await _kept(visitor, export, tools, arguments.output)


async def _exported(visitor: Visitor, video: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Upload, cut a scene, ask for it, wait."""
    with video.open("rb") as file:
        added = await visitor.ask("POST", "/v1/videos", data={"title": video.name, "file": file})
    say(f"2  added {video.name}: {added['width']}x{added['height']}, {format_timecode(added['duration_s'])}")
    start = arguments.start or 0.0
    end = min(start + 30, added["duration_s"]) if arguments.end is None else arguments.end
    scene = await visitor.ask(
        "POST", f"/v1/videos/{added['id']}/scenes", json={"start_s": start, "end_s": end}
    )
    say(f"3  cut the scene {scene['id']}: {format_timecode(start)} to {format_timecode(end)}")
    wanted = {"aspect_ratio_strategy": arguments.strategy, "output_quality": arguments.quality}
    export = await visitor.call(f"/v1/scenes/{scene['id']}/export-short", wanted)
    say(f"4  asked by a signed call for {arguments.strategy} in {arguments.quality}: {export['id']}")
    with ProgressBar(sys.stdout, stays=True) as bar:
        while export["status"] not in ENDED:
            export = await visitor.ask("GET", f"/v1/exports/{export['id']}")
            if progress := export.get("progress"):
                bar.show(
                    Progress(stage=progress["stage"], percent=progress["percent"], eta_s=progress["eta_s"])
                )
            await asyncio.sleep(POLL_S)
    if export["status"] != "completed":
        raise DemoFailed(f"the export {export['status']}: {export.get('error') or 'no reason was given'}")
    return export


async def _kept(visitor: Visitor, export: dict[str, Any], tools: Tools, output: Path) -> None:
    """Fetch the short by its link and say what it is, as measured on the file that came."""
    async with visitor.session.get(export["download_url"]) as answer:
        if answer.status != 200:
            raise DemoFailed(f"the link answers {answer.status}")
        with output.open("wb") as file:
            async for piece in answer.content.iter_chunked(1 << 20):
                file.write(piece)
    media = await probe(output, tools=tools)
    left = datetime.fromisoformat(export["expires_at"]) - datetime.now(UTC)
    hours, minutes = divmod(round(left.total_seconds() / 60), 60)
    say(f"5  the short: {output.resolve()}")
    say(f"   {media.width}x{media.height}, {media.duration_s:.2f} s, {output.stat().st_size / 1e6:.2f} MB")
    say(f"   its link: {export['download_url']}, which would live for {hours} h {minutes:02d} min more;")
    say("   the service ends with this demo. `make run` starts one that stays.")


@asynccontextmanager
async def _service(folder: Path) -> AsyncIterator[Visitor]:
    """The real service in a process of its own, on a free port, until the block ends."""
    token = secrets.token_urlsafe(32)
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    config = folder / "config.toml"
    config.write_text(
        CONFIG.format(data=json.dumps(str(folder / "data")), secret=secret, token_hash=hash_token(token))
    )
    with (folder / "service.log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run", "--config", str(config)),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env=environment.unset(os.environ),
        )
    try:
        assert process.stdout is not None
        ready = (await process.stdout.readline()).decode().split()
        if not ready:
            raise DemoFailed(f"the service did not start: {(folder / 'service.log').read_text()[-500:]}")
        async with aiohttp.ClientSession() as session:
            yield Visitor(session=session, url=ready[-1], token=token, secret=secret)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _made_up(tools: Tools, clip: Path) -> Path:
    """A clip with a moving picture and a changing sound."""
    picture = f"testsrc2=size=1280x720:rate=30:duration={CLIP_S}"
    sound = f"aevalsrc=0.3*sin(2*PI*(220+110*floor(mod(t\\,4)))*t):duration={CLIP_S}:sample_rate=48000"
    process = await asyncio.create_subprocess_exec(
        *(str(tools.ffmpeg), "-v", "error", "-nostdin", "-y"),
        *("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", str(clip)),
    )
    if await process.wait() != 0:
        raise DemoFailed("ffmpeg could not make the clip")
    return clip


async def _read(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    body: dict[str, Any] = await answer.json(content_type=None)
    if answer.status >= 400:
        raise DemoFailed(f"the service answers {answer.status}: {body.get('detail', 'no reason was given')}")
    return body


COMMAND = Command(
    name="demo", summary="do the main job once, here and now", add_arguments=_add_arguments, run=_run
)

"""Draws the pictures of a link's page by headless Chromium, above the real service: light, dark, on a phone.

.venv/bin/python docs/pictures/link_page.py        needs chromium on PATH
"""

import asyncio
import secrets
import subprocess
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from PIL import Image, ImageOps

from bench.accept_latency import CONFIG, RECIPE, service
from bot.config import hash_token
from processing.ffmpeg import find_tools

HERE = Path(__file__).parent
TOKEN = secrets.token_urlsafe()
CHROMIUM = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
OFFLINE = ["--proxy-server=direct://", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
DARK = "--blink-settings=preferredColorScheme=0"
GAP = 24


async def main() -> None:
    """Draw it anew beside this file."""
    with tempfile.TemporaryDirectory(prefix="cutdown-pictures-") as name:
        folder = Path(name)
        async with AsyncExitStack() as stack:
            config = folder / "config.toml"
            config.write_text(CONFIG.format(data=folder / "data", token_hash=hash_token(TOKEN)))
            url = await stack.enter_async_context(service(config))
            headers = {"Authorization": f"Bearer {TOKEN}"}
            http = await stack.enter_async_context(
                aiohttp.ClientSession(url, headers=headers, raise_for_status=True)
            )
            page = await _short(http, _film(folder / "film.mp4"))
            shots = [
                await asyncio.to_thread(_shot, page, folder / "light.png", "520,1000"),
                await asyncio.to_thread(_shot, page, folder / "dark.png", "520,1000", DARK),
                await asyncio.to_thread(_shot, page, folder / "phone.png", "390,1000"),
            ]
            _side_by_side(shots).quantize(256).save(HERE / "link-page.png", optimize=True)


async def _short(http: aiohttp.ClientSession, film: Path) -> str:
    with film.open("rb") as file:
        async with http.post("/v1/videos", data={"file": file, "title": "A dive"}) as answer:
            video_id = (await answer.json())["id"]
    scene = {"start_s": 0, "end_s": 4, "title": "Into the seahorse valley"}
    async with http.post(f"/v1/videos/{video_id}/scenes", json=scene) as answer:
        scene_id = (await answer.json())["id"]
    async with http.post("/v1/exports", json=RECIPE | {"scene_id": scene_id}) as answer:
        export_id = (await answer.json())["id"]
    async with http.get(f"/v1/exports/{export_id}", params={"wait": "60"}) as answer:
        return str((await answer.json())["page_url"])


def _film(path: Path) -> Path:
    source = ["-f", "lavfi", "-i", "mandelbrot=size=1280x720:rate=25:start_scale=0.01", "-t", "5"]
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    subprocess.run([find_tools().ffmpeg, "-v", "error", "-nostdin", *source, *encoded, path], check=True)
    return path


def _shot(url: str, path: Path, size: str, *options: str) -> Image.Image:
    command = [*CHROMIUM, *OFFLINE, "--virtual-time-budget=5000", f"--window-size={size}"]
    subprocess.run([*command, *options, f"--screenshot={path}", url], check=True, capture_output=True)
    return Image.open(path).convert("RGB")


def _side_by_side(shots: list[Image.Image]) -> Image.Image:
    framed = [ImageOps.expand(shot, border=GAP // 2, fill="white") for shot in shots]
    sheet = Image.new("RGB", (sum(shot.width for shot in framed), framed[0].height), "white")
    for number, shot in enumerate(framed):
        sheet.paste(shot, (sum(each.width for each in framed[:number]), 0))
    return sheet


if __name__ == "__main__":
    asyncio.run(main())

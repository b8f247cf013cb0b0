"""`cutdown demo`, the main job in one command, on a clip of the user's own."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from processing.ffmpeg import Tools, find_tools
from processing.ffprobe import probe
from tests import clips


@pytest.fixture
def tools() -> Tools:
    return find_tools()


async def demo(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--output", str(folder / "short.mp4"), *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )
    async with asyncio.timeout(100):
        said, complained = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode(), complained.decode()


async def test_the_demo_makes_a_short_of_the_users_own_video(tools: Tools, tmp_path: Path) -> None:
    clip = clips.plain(tools, tmp_path / "own.mp4", seconds=2)
    status, said, complained = await demo(
        tmp_path, *("--video", str(clip), "--start", "0.5", "--end", "1.5", "--strategy", "letterbox")
    )
    assert status == 0, complained
    media = await probe(tmp_path / "short.mp4", tools=tools)
    assert (media.width, media.height) == (1080, 1920)
    assert str(tmp_path / "short.mp4") in said
    assert "1080x1920" in said
    assert "/d/" in said


async def test_the_demo_tells_the_truth_when_there_is_no_short(tools: Tools, tmp_path: Path) -> None:
    clip = clips.plain(tools, tmp_path / "own.mp4", seconds=2)
    status, _, complained = await demo(tmp_path, "--video", str(clip), "--strategy", "zoom")
    assert status == 1
    assert "no strategy of that name" in complained
    assert not (tmp_path / "short.mp4").exists()


async def test_the_demo_takes_nothing_from_the_settings_of_a_real_service_but_its_programs(
    tools: Tools, tmp_path: Path
) -> None:
    clip = clips.plain(tools, tmp_path / "own.mp4", seconds=2)
    named = tmp_path / "named-ffmpeg"
    named.write_text(f'#!/bin/sh\necho "$*" >> "{tmp_path / "asked.txt"}"\nexec "{tools.ffmpeg}" "$@"\n')
    named.chmod(0o755)
    status, said, complained = await demo(
        tmp_path,
        *("--video", str(clip), "--end", "1"),
        CUTDOWN_SERVICE__DATA_DIR=str(tmp_path / "production"),
        CUTDOWN_SERVICE__PUBLIC_URL="http://127.0.0.1:9",
        CUTDOWN_RENDER__FFMPEG=str(named),
        CUTDOWN_RENDER__FFPROBE=str(tools.ffprobe),
    )
    assert status == 0, complained
    assert "http://127.0.0.1:9/" not in said
    assert not (tmp_path / "production").exists()
    assert "libx264" in (tmp_path / "asked.txt").read_text()

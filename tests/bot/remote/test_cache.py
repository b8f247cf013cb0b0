"""Blocks are kept within bounds, across restarts, and never when they are not whole."""

import os
from pathlib import Path

import pytest

from bot.remote.cache import SUM_BYTES, BlockCache

KEY, OTHER = "a" * 64, "b" * 64
BLOCK = bytes(range(200))
ON_DISK = len(BLOCK) + SUM_BYTES


async def loaded(folder: Path, *, most_bytes: int = 10 * ON_DISK) -> BlockCache:
    cache = BlockCache(folder, most_bytes=most_bytes)
    await cache.load()
    return cache


async def has(cache: BlockCache, index: int) -> bool:
    return await cache.get(KEY, index, length=len(BLOCK)) is not None


async def test_the_least_used_goes_first_also_after_a_restart(tmp_path: Path) -> None:
    cache = await loaded(tmp_path, most_bytes=3 * ON_DISK)
    for index in range(3):
        await cache.put(KEY, index, BLOCK)
        os.utime(tmp_path / KEY / str(index), (index, index))
    assert await has(cache, 0)
    cache = await loaded(tmp_path, most_bytes=3 * ON_DISK)
    await cache.put(OTHER, 7, BLOCK)
    assert [await has(cache, index) for index in range(3)] == [True, False, True]
    assert cache.size_bytes == sum(path.stat().st_size for path in tmp_path.glob("*/*")) == 3 * ON_DISK


async def test_a_smaller_bound_holds_from_the_start(tmp_path: Path) -> None:
    cache = await loaded(tmp_path)
    for index in range(5):
        await cache.put(KEY, index, BLOCK)
    cache = await loaded(tmp_path, most_bytes=2 * ON_DISK)
    assert len(list(tmp_path.glob("*/*"))) == 2
    cache = await loaded(tmp_path, most_bytes=0)
    assert list(tmp_path.glob("*")) == []
    await cache.put(KEY, 1, BLOCK)
    assert not await has(cache, 1)


@pytest.mark.parametrize("change", ["cut", "flipped", "gone", "empty"])
async def test_a_block_that_is_not_whole_is_none(tmp_path: Path, change: str) -> None:
    cache = await loaded(tmp_path)
    await cache.put(KEY, 1, BLOCK)
    path = tmp_path / KEY / "1"
    told = path.read_bytes()
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": told[:-9], "flipped": b"x" + told[1:], "empty": b""}[change])
    assert not await has(cache, 1)
    assert not cache.has(KEY, 1)
    await cache.put(KEY, 1, BLOCK)
    assert await has(cache, 1)
    assert cache.size_bytes == ON_DISK


async def test_what_a_crash_has_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    await (await loaded(tmp_path)).put(KEY, 1, BLOCK)
    (tmp_path / KEY / "2.0123abcd").write_bytes(BLOCK)
    cache = await loaded(tmp_path)
    assert [path.name for path in tmp_path.glob("*/*")] == ["1"]
    assert cache.size_bytes == ON_DISK


async def test_a_disk_that_cannot_have_a_block_is_no_reason_to_stop(tmp_path: Path) -> None:
    cache = await loaded(tmp_path)
    (tmp_path / KEY).write_text("a file where the folder should be")
    await cache.put(KEY, 1, BLOCK)
    assert not cache.has(KEY, 1)
    assert cache.size_bytes == 0

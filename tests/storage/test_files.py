"""Files under keys, on this machine."""

import asyncio
import errno
import os
import shutil
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import files as module
from storage.files import LocalFiles, NothingStored

KEY = "exports/ana/exp_1.mp4"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "incoming.bin", b"whole")


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


async def content(files: LocalFiles, key: str) -> bytes | None:
    try:
        async with files.fetch(key) as path:
            return path.read_bytes()
    except NothingStored:
        return None


async def keys(files: LocalFiles) -> list[str]:
    return sorted(entry.key for entry in await files.entries())


async def test_a_file_is_kept_under_its_key_and_leaves_its_old_place(files: LocalFiles, path: Path) -> None:
    await files.put(KEY, path)
    assert await content(files, KEY) == b"whole"
    assert not path.exists()
    (entry,) = await files.entries()
    assert (entry.key, entry.size_bytes) == (KEY, 5)


async def test_nothing_is_kept_under_another_key(files: LocalFiles, path: Path) -> None:
    await files.put(KEY, path)
    for key in ("exports/ana", "exports/ana/exp_2.mp4", KEY + "/more"):
        assert await content(files, key) is None


async def test_a_second_file_replaces_the_first(files: LocalFiles, tmp_path: Path) -> None:
    for text in (b"one", b"two"):
        await files.put(KEY, written(tmp_path / "incoming.bin", text))
    assert await content(files, KEY) == b"two"
    assert await keys(files) == [KEY]


async def test_deleting_leaves_no_empty_folder_and_may_be_repeated(
    files: LocalFiles, path: Path, tmp_path: Path
) -> None:
    await files.put(KEY, path)
    for _ in range(2):
        await files.delete(KEY)
    assert await content(files, KEY) is None
    assert list((tmp_path / "files").iterdir()) == []


async def test_a_file_that_came_after_what_was_seen_is_not_deleted(files: LocalFiles, tmp_path: Path) -> None:
    await files.put(KEY, written(tmp_path / "incoming.bin", b"old"))
    os.utime(tmp_path / "files" / KEY, (0, 0.5))
    (seen,) = await files.entries()
    await files.put(KEY, written(tmp_path / "incoming.bin", b"new"))
    assert not await files.delete(KEY, seen=seen.modified_at)
    assert await content(files, KEY) == b"new"
    (seen,) = await files.entries()
    assert await files.delete(KEY, seen=seen.modified_at)
    assert await files.delete(KEY, seen=seen.modified_at), "gone is gone"
    assert await keys(files) == []


async def test_deleting_spares_the_neighbours(files: LocalFiles, tmp_path: Path) -> None:
    for key in (KEY, "exports/ana/exp_2.mp4"):
        await files.put(key, written(tmp_path / "incoming.bin", b"x"))
    await files.delete(KEY)
    assert await keys(files) == ["exports/ana/exp_2.mp4"]


@pytest.mark.parametrize("step", [(shutil, "move"), (module, "into_place")], ids=["move", "rename"])
async def test_a_put_that_breaks_leaves_the_old_file_and_no_remains(
    files: LocalFiles,
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: tuple[ModuleType, str],
) -> None:
    await files.put(KEY, path)

    def disk_full(source: Path, target: Path) -> None:
        for part in target.parent.glob("*.part"):
            part.write_bytes(b"ha")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*step, disk_full)
    with pytest.raises(OSError, match="No space left"):
        await files.put(KEY, written(tmp_path / "incoming.bin", b"the new one"))
    assert await content(files, KEY) == b"whole"
    assert await keys(files) == [KEY]


async def test_a_reader_sees_one_whole_file_or_the_other(files: LocalFiles, tmp_path: Path) -> None:
    contents = [bytes([letter]) * 200_000 for letter in b"abcdef"]
    await files.put(KEY, written(tmp_path / "incoming.bin", contents[0]))

    async def replace() -> None:
        for number, text in enumerate(contents):
            await files.put(KEY, written(tmp_path / f"{number}.bin", text))

    replacing = asyncio.create_task(replace())
    while not replacing.done():
        assert await asyncio.to_thread((tmp_path / "files" / KEY).read_bytes) in contents
    await replacing


async def test_puts_and_deletes_at_once_never_meet_a_missing_folder(
    files: LocalFiles, tmp_path: Path
) -> None:
    async def put_and_delete(number: int) -> None:
        key = f"exports/ana/{number % 3}.mp4"
        for turn in range(10):
            await files.put(key, written(tmp_path / f"{number}-{turn}.bin", b"x"))
            await files.entries()
            await files.delete(key)

    await asyncio.gather(*(put_and_delete(number) for number in range(6)))
    assert await keys(files) == []


async def test_two_puts_of_one_key_do_not_mix(files: LocalFiles, tmp_path: Path) -> None:
    contents = [bytes([letter]) * 300_000 for letter in b"abcd"]
    sources = [written(tmp_path / f"{number}.bin", text) for number, text in enumerate(contents)]
    await asyncio.gather(*(files.put(KEY, source) for source in sources))
    assert await content(files, KEY) in contents
    assert await keys(files) == [KEY]


async def test_a_file_is_as_old_as_its_stay_and_not_as_its_source(files: LocalFiles, path: Path) -> None:
    os.utime(path, (0, 0))
    await files.put(KEY, path)
    (entry,) = await files.entries()
    assert datetime.now(UTC) - entry.modified_at < timedelta(hours=1)


async def test_unfinished_files_are_listed(files: LocalFiles, path: Path, tmp_path: Path) -> None:
    await files.put(KEY, path)
    written(tmp_path / "files" / f"{KEY}.ab12.part", b"x")
    assert await keys(files) == [KEY, f"{KEY}.ab12.part"]


@pytest.mark.parametrize(
    "key", ["", ".", "..", "/etc/passwd", "../x", "a/../../x", "a/../b", "./a", "a//b", "a/", "a\0b"]
)
async def test_a_key_that_does_not_plainly_name_a_file_inside_is_refused(
    files: LocalFiles, path: Path, key: str
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        await files.put(key, path)
    with pytest.raises(ValueError):  # noqa: PT011
        await files.delete(key)
    assert path.exists()


async def test_a_key_may_not_lead_out_through_a_link(files: LocalFiles, path: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    await files.put(KEY, path)
    (tmp_path / "files" / "link").symlink_to(outside)
    with pytest.raises(ValueError, match="inside"):
        await files.delete("link/secret.txt")


@settings(max_examples=80)
@given(st.text(alphabet=st.sampled_from("ab./\\~ \0é"), max_size=12))
def test_no_key_ever_reaches_outside(key: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_put_somewhere(Path(folder), key))


async def _put_somewhere(folder: Path, key: str) -> None:
    root = folder / "in" / "root"
    root.mkdir(parents=True)
    files = LocalFiles(root)
    source = written(folder / "source", b"x")
    try:
        await files.put(key, source)
    except ValueError:
        assert sorted(folder.rglob("*")) == sorted([source, root.parent, root])
    else:
        assert await content(files, key) == b"x"
        assert await keys(files) == [key]
        await files.delete(key)
        assert sorted(folder.rglob("*")) == sorted([root.parent, root])


async def test_a_copy_lives_on_when_the_first_is_deleted(files: LocalFiles, tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"whole")
    await files.put("exports/ana/a.mp4", tmp_path / "short")
    await files.copy("exports/ana/a.mp4", "exports/bob/b.mp4")
    await files.delete("exports/ana/a.mp4")
    async with files.fetch("exports/bob/b.mp4") as path:
        assert path.read_bytes() == b"whole"
    assert [entry.key for entry in await files.entries()] == ["exports/bob/b.mp4"]


async def test_a_copy_is_as_old_as_its_making(files: LocalFiles, path: Path, tmp_path: Path) -> None:
    await files.put(KEY, path)
    os.utime(tmp_path / "files" / KEY, (0, 0))
    await files.copy(KEY, "exports/ben/copy.mp4")
    ages = [datetime.now(UTC) - entry.modified_at for entry in await files.entries()]
    assert max(ages) < timedelta(hours=1)


async def test_a_copy_of_nothing_leaves_nothing(files: LocalFiles) -> None:
    with pytest.raises(NothingStored):
        await files.copy("exports/ana/a.mp4", "exports/bob/b.mp4")
    assert await files.entries() == []


@pytest.mark.parametrize("step", ["put", "copy"])
async def test_who_is_cancelled_hears_of_it_when_no_file_can_appear_any_more(
    files: LocalFiles, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    await files.put("sources/v", written(tmp_path / "source.bin", b"whole"))
    begun, gate, into_place = threading.Event(), threading.Event(), module.into_place

    def slow(part: Path, target: Path) -> None:
        begun.set()
        gate.wait()
        into_place(part, target)

    monkeypatch.setattr(module, "into_place", slow)
    work = files.put(KEY, path) if step == "put" else files.copy("sources/v", KEY)
    task = asyncio.create_task(work)
    await asyncio.to_thread(begun.wait)
    task.cancel()
    await asyncio.wait({task}, timeout=0)
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await content(files, KEY) == b"whole"
    assert await keys(files) == [KEY, "sources/v"]

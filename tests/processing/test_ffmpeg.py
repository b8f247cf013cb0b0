"""A child is bounded, watched, and never left behind."""

import asyncio
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from processing import tools
from processing.errors import Refusal, RenderFailed, RenderTimedOut, SourceRefused, ToolsMissing
from processing.ffmpeg import Finished, ProgressReader, demand, find_tools, run
from processing.sandbox import Limits, confined, missing_guards

on_a_leash = pytest.mark.skipif(bool(missing_guards()), reason=f"not on this machine: {missing_guards()}")


async def said(*arguments: str, folder: Path, limits: Limits | None = None) -> str:
    """What a program says on stdout when it is run as our child."""
    pieces: list[bytes] = []

    def keep(piece: bytes) -> bool:
        pieces.append(piece)
        return True

    await run(list(arguments), folder=folder, on_output=keep, limits=limits)
    return b"".join(pieces).decode()


@on_a_leash
async def test_a_child_has_low_priority_few_rights_and_bounds(tmp_path: Path) -> None:
    limits = Limits(memory_bytes=2**31, file_bytes=2**20, cpu_s=77, open_files=33)
    status = await said("cat", "/proc/self/status", folder=tmp_path, limits=limits)
    bounds = await said("cat", "/proc/self/limits", folder=tmp_path, limits=limits)
    process = (await said("cat", "/proc/self/stat", folder=tmp_path, limits=limits)).split()
    assert "NoNewPrivs:\t1" in status
    assert process[0] == process[4] != str(os.getpgrp())
    assert process[5] == str(os.getsid(0))
    assert process[18] == "19"
    figures = {line[:26].strip(): line[26:].split()[:2] for line in bounds.splitlines()[1:]}
    assert figures["Max address space"] == [str(2**31)] * 2
    assert figures["Max file size"] == [str(2**20)] * 2
    assert figures["Max cpu time"] == ["77", "77"]
    assert figures["Max open files"] == ["33", "33"]
    assert figures["Max core file size"] == ["0", "0"]


@on_a_leash
def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys, pathlib\n"
        "from processing.ffmpeg import run\n"
        "def heard(piece):\n"
        "    print(piece.decode(), flush=True)\n"
        "    return True\n"
        "child = ['sh', '-c', 'echo $$; exec sleep 300']\n"
        "asyncio.run(run(child, folder=pathlib.Path(sys.argv[1]), on_output=heard))\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    assert select.select([child], [], [], 30)[0] == [child]
    os.close(child)


async def test_a_child_that_shows_no_life_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(RenderTimedOut):
        await run(["sleep", "300"], folder=tmp_path, on_output=lambda piece: True, stall_s=0.1)


async def test_a_child_that_talks_but_does_not_move_is_stopped(tmp_path: Path) -> None:
    reader = ProgressReader(lambda out_s: None)
    talking = ["sh", "-c", "while :; do echo out_time_us=1000000; echo progress=continue; done"]
    with pytest.raises(RenderTimedOut):
        await run(talking, folder=tmp_path, on_output=reader, stall_s=0.3)


async def test_a_child_that_writes_a_flood_of_errors_does_not_stand_still(tmp_path: Path) -> None:
    flood = ["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo the end >&2"]
    finished = await run(flood, folder=tmp_path, on_output=lambda piece: True)
    assert finished.said.endswith("the end")
    assert len(finished.said) <= 32_000


async def test_a_cancelled_child_is_killed_with_its_own_children(tmp_path: Path) -> None:
    ready = asyncio.Event()
    pids: list[int] = []

    def heard(piece: bytes) -> bool:
        pids.extend(int(pid) for pid in piece.split())
        if len(pids) == 2:
            ready.set()
        return True

    task = asyncio.create_task(
        run(["sh", "-c", "sleep 300 & echo $!; echo $$; wait"], folder=tmp_path, on_output=heard)
    )
    await ready.wait()
    grandchild = os.pidfd_open(pids[0])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert select.select([grandchild], [], [], 30)[0] == [grandchild]
    os.close(grandchild)


def test_progress_is_read_in_any_pieces_and_never_goes_back() -> None:
    heard: list[float] = []
    reader = ProgressReader(heard.append)
    report = b"frame=1\nout_time_us=N/A\nprogress=continue\nout_time_us=500000\n"
    report += b"out_time_us=-20\nout_time_us=1500000\n"
    moved = [reader(report[at : at + 7]) for at in range(0, len(report), 7)]
    assert heard == [0.5, 1.5]
    assert moved.count(True) == 2


@pytest.mark.parametrize(
    ("words", "error"),
    [("Invalid data found when processing input", SourceRefused), ("Cannot allocate memory", RenderFailed)],
)
def test_a_failed_child_tells_its_command_and_its_last_words(words: str, error: type[Exception]) -> None:
    finished = Finished(arguments=("ffmpeg", "-i", "a b"), code=1, said=words)
    with pytest.raises(error) as failed:
        demand(finished)
    assert failed.value.detail == f"exit 1: ffmpeg -i 'a b'\n{words}"  # type: ignore[attr-defined]
    assert "a b" not in str(failed.value)
    if isinstance(failed.value, SourceRefused):
        assert failed.value.reason is Refusal.DAMAGED


def test_the_tools_know_what_they_can_do() -> None:
    tools = find_tools()
    assert not tools.lacking
    assert tools.ffmpeg_version
    assert tools.ffprobe_version


def test_a_configured_program_is_taken_with_its_neighbour(tmp_path: Path) -> None:
    found = find_tools()
    (tmp_path / "ffmpeg").symlink_to(found.ffmpeg)
    (tmp_path / "ffprobe").symlink_to(found.ffprobe)
    tools = find_tools(ffmpeg=str(tmp_path / "ffmpeg"))
    assert (tools.ffmpeg, tools.ffprobe) == (tmp_path / "ffmpeg", tmp_path / "ffprobe")


def test_the_machines_own_pair_goes_before_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_tools()
    (tmp_path / "ffmpeg").symlink_to(found.ffmpeg)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_tools().ffmpeg != tmp_path / "ffmpeg"
    (tmp_path / "ffprobe").symlink_to(found.ffprobe)
    assert find_tools().ffmpeg == tmp_path / "ffmpeg"


def aged(program: Path, version: str, folder: Path) -> Path:
    """The same program, which says that it is of that version."""
    path = folder / program.name.partition("-")[0]
    path.write_text(f'#!/bin/sh\n"{program}" "$@" | sed "s/ version [^ ]*/ version {version}/"\n')
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("version", ["4.4.2-0ubuntu0.22.04.1", "5.0.1", "n4.3.6"])
def test_a_pair_that_is_too_old_is_passed_over(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_tools()
    old, _ = aged(found.ffmpeg, version, tmp_path), aged(found.ffprobe, version, tmp_path)
    with pytest.raises(ToolsMissing, match=f"{old} is ffmpeg {version}, and 5.1 is needed"):
        find_tools(ffmpeg=str(old))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(tools, "_in_imageio", lambda: (found.ffmpeg, found.ffprobe))
    assert find_tools().ffmpeg == found.ffmpeg


@pytest.mark.parametrize("version", ["5.1.9-0+deb12u1", "7.1.2", "10.0", "n6.1", "N-118193-g5f38c82536"])
def test_a_pair_that_is_new_enough_is_taken(version: str, tmp_path: Path) -> None:
    found = find_tools()
    old, _ = aged(found.ffmpeg, version, tmp_path), aged(found.ffprobe, version, tmp_path)
    assert find_tools(ffmpeg=str(old)).ffmpeg_version == version


def test_the_cure_is_a_command_for_the_environment_that_lacks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/my tools/bin/python")
    found = find_tools()
    old, _ = aged(found.ffmpeg, "4.4.2", tmp_path), aged(found.ffprobe, "4.4.2", tmp_path)
    with pytest.raises(ToolsMissing) as caught:
        find_tools(ffmpeg=str(old))
    assert "`'/opt/my tools/bin/python' -m pip install 'cutdown[ffmpeg]'`" in str(caught.value)


def test_a_program_that_does_not_start_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolsMissing, match="does not start"):
        find_tools(ffmpeg=str(tmp_path / "ffmpeg"))


def test_without_guards_the_command_is_run_bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert confined(["ffmpeg"], Limits()) == ["ffmpeg"]


def test_a_killed_child_says_so(tmp_path: Path) -> None:
    finished = asyncio.run(run(["sh", "-c", "kill -9 $$"], folder=tmp_path, on_output=lambda piece: True))
    assert finished.code == -signal.SIGKILL

"""The real program over a database that is older than the files, or gone: no video is lost by it."""

import os
import shutil
from pathlib import Path

import pytest

from processing.ffmpeg import Tools
from tests.acceptance.program import Program

pytestmark = pytest.mark.acceptance


async def test_what_a_backup_does_not_know_is_there_again_with_the_database_that_does(
    tools: Tools, clip: Path, tmp_path: Path
) -> None:
    program, database = Program(tmp_path, tools, environment={}), tmp_path / "data" / "cutdown.db"
    program.open_gate()
    await program.start()
    assert await program.stop() == 0
    shutil.copy(database, tmp_path / "older.db")
    await program.start()
    scene = await program.add_scene(clip, owner_id="ana", title="Part", times=(0.0, 0.5))
    assert await program.stop() == 0
    (source,) = (tmp_path / "data/files/sources").iterdir()
    os.utime(source, (0, 0))
    shutil.copy(database, tmp_path / "newer.db")

    shutil.copy(tmp_path / "older.db", database)
    await program.start()
    await program.says("videos that no row knows were put aside")
    assert await program.stop() == 0
    assert not source.exists()

    shutil.copy(tmp_path / "newer.db", database)
    await program.start()
    await program.reaches(await program.ask(scene, user_id="ana"), "completed")
    assert await program.stop() == 0
    assert source.exists()
    assert "Traceback" not in program.log

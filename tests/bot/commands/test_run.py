"""`cutdown run` says in a sentence why it cannot start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "config.toml").write_text(f'[service]\nport = 0\ndata_dir = "{data}"\n')
    return data


def complaint(data: Path) -> str:
    """What a start that fails says at last."""
    config = data.with_name("config.toml")
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "run", "--config", config],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr.splitlines()[-1]


def test_a_database_that_is_none_ends_the_start_with_a_sentence(data: Path) -> None:
    (data / "cutdown.db").write_bytes(b"this is no database" * 100)
    said = complaint(data)
    assert f"{data}/cutdown.db" in said
    assert said.endswith("restore a backup")


def test_a_database_that_cannot_be_opened_ends_the_start_with_a_sentence(data: Path) -> None:
    (data / "cutdown.db").mkdir()
    assert "unable to open database file" in complaint(data)


@pytest.mark.parametrize("database", ["none", "empty"])
def test_videos_without_their_database_are_no_new_beginning(data: Path, database: str) -> None:
    source = data / "files" / "sources" / "ab12"
    source.parent.mkdir(parents=True)
    source.write_bytes(b"x")
    os.utime(source, (0, 0))
    if database == "empty":
        (data / "cutdown.db").touch()
    for _ in range(2):
        said = complaint(data)
        assert f"videos in {data}/files/sources: restore a backup" in said
        assert source.exists()

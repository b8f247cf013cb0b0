"""`cutdown run` says in a sentence why it cannot start."""

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
        [sys.executable, "-m", "bot", "run", "--config", config], capture_output=True, text=True, check=False
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

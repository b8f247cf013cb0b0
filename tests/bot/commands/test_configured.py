"""Which file the settings come from."""

import argparse
from pathlib import Path

import pytest

from bot.commands.configured import add_config, settings_of
from bot.config import ConfigInvalid


def port(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_config(parser)
    return settings_of(parser.parse_args(arguments)).service.port


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, number in (("config", 1001), ("named", 1002), ("told", 1003)):
        (tmp_path / f"{name}.toml").write_text(f"[service]\nport = {number}\n")
    return tmp_path


def test_the_file_is_the_one_that_is_told_else_the_one_of_the_environment_else_the_one_here(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert port() == 1001
    monkeypatch.setenv("CUTDOWN_CONFIG", str(folder / "named.toml"))
    assert port() == 1002
    assert port("--config", "told.toml") == 1003


def test_a_file_that_the_environment_names_and_that_is_not_there_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUTDOWN_CONFIG", str(folder / "nowhere.toml"))
    with pytest.raises(ConfigInvalid, match=r"nowhere\.toml cannot be read"):
        port()


def test_without_any_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert port() == 8080

"""`cutdown check` says what is ready, and why something is not."""

import asyncio
import socket
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.sites import ytdlp
from processing import encoder_probe
from processing.hardware import HARDWARE
from storage import database as module
from storage.database import Database, latest_version


def config(folder: Path, text: str = "") -> str:
    path = folder / "config.toml"
    path.write_text(f'[service]\ndata_dir = "{folder / "data"}"\n{text}')
    return str(path)


def rows(said: str) -> dict[str, str]:
    return {line[4:14].strip(): line[:4].strip() for line in said.splitlines()}


def test_a_ready_machine_is_ready(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["check", "--config", config(tmp_path)])
    told = rows(capsys.readouterr().out)
    rest = {"yt-dlp", "folders", "port", "database", "storage", "disk", "discord"}
    assert set(told) == {"config", "ffmpeg", "encoder", "sandbox"} | rest
    assert status == (0 if set(told.values()) == {"ok"} else 1)
    assert told["ffmpeg"] == told["database"] == told["storage"] == "ok"
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("is_here", "said"), [(True, "ok"), (False, "NO")], ids=["here", "missing"])
def test_whether_ytdlp_is_here_is_told_where_sites_need_it(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    is_here: bool,
    said: str,
) -> None:
    if not is_here:
        monkeypatch.setattr(ytdlp, "installed", lambda: False)
    main(["check", "--config", config(tmp_path, '[ingest]\nytdlp_hosts = ["videos.example"]\n')])
    told = capsys.readouterr().out
    assert rows(told)["yt-dlp"] == said
    assert (f"{sys.executable} -m pip install 'cutdown[ytdlp]'" in told) is not is_here


def test_a_folder_that_nothing_can_be_taken_from_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "films").mkdir()
    folders = f'[ingest]\nfolders = ["{tmp_path / "films"}", "{tmp_path / "nope"}"]\n'
    assert main(["check", "--config", config(tmp_path, folders)]) == 1
    said = capsys.readouterr().out
    assert rows(said)["folders"] == "NO"
    assert str(tmp_path / "nope") in said
    assert str(tmp_path / "films") not in said


@pytest.mark.parametrize(
    ("where", "ok", "said"),
    [
        pytest.param({}, "ok", "is free", id="free"),
        pytest.param({"taken": True}, "ok", "is in use: the service may be running", id="taken"),
        pytest.param({"host": "192.0.2.1"}, "NO", "192.0.2.1", id="an-address-of-nobody-here"),
    ],
)
def test_whether_the_port_can_be_had_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], where: dict[str, Any], ok: str, said: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if not where.get("taken"):
            listener.close()
        text = f'host = "{where.get("host", "127.0.0.1")}"\nport = {port}\n'
        main(["check", "--config", config(tmp_path, text)])
    told = capsys.readouterr().out
    assert rows(told)["port"] == ok
    assert said in next(line for line in told.splitlines() if line[4:].startswith("port"))


def test_a_missing_ffmpeg_is_told_and_the_rest_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["check", "--config", config(tmp_path, '[render]\nffmpeg = "/nowhere/ffmpeg"\n')])
    told = rows(capsys.readouterr().out)
    assert status == 1
    assert (told["ffmpeg"], told["storage"]) == ("NO", "ok")


def test_a_card_that_does_not_work_is_told_and_auto_puts_up_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(HARDWARE["h264_vaapi"], switches=("-vaapi_device", "/nowhere/card"))
    monkeypatch.setattr(encoder_probe, "HARDWARE", {broken.name: broken})
    assert main(["check", "--config", config(tmp_path, '[render]\nencoder = "h264_vaapi"\n')]) == 1
    said = capsys.readouterr().out
    assert rows(said)["encoder"] == "NO"
    assert "shorts would be encoded in software" in said
    main(["check", "--config", config(tmp_path, '[render]\nencoder = "auto"\n')])
    assert rows(capsys.readouterr().out)["encoder"] == "ok"


def test_a_database_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/cutdown.db").write_bytes(b"this is no database" * 100)
    assert main(["check", "--config", config(tmp_path)]) == 1
    assert rows(capsys.readouterr().out)["database"] == "NO"


def test_videos_without_their_database_are_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "data" / "files" / "sources" / "ab12"
    source.parent.mkdir(parents=True)
    source.touch()
    assert main(["check", "--config", config(tmp_path)]) == 1
    assert rows(capsys.readouterr().out)["database"] == "NO"


def age(path: Path, scripts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database there that has been through the first scripts alone."""

    async def make() -> None:
        async with Database.open(path):
            pass

    path.parent.mkdir()
    with monkeypatch.context() as patched:
        first = module._migrations()[:scripts]
        patched.setattr(module, "_migrations", lambda: first)
        asyncio.run(make())


def test_an_older_database_is_told_to_be_migrated_and_stays_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data/cutdown.db"
    age(path, 12, monkeypatch)
    before = path.read_bytes()
    main(["check", "--config", config(tmp_path)])
    said = capsys.readouterr().out
    assert rows(said)["database"] == "ok"
    assert f"whole, 0 exports; to be migrated from 12 to {latest_version()}" in said
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["cutdown.db"]


@pytest.mark.parametrize(("version", "told"), [(99, "NO"), (0, "ok")], ids=["too-new", "empty"])
def test_a_database_of_no_version_of_ours_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], version: int, told: str
) -> None:
    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data/cutdown.db") as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    main(["check", "--config", config(tmp_path)])
    assert rows(capsys.readouterr().out)["database"] == told


def test_wrong_settings_end_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", config(tmp_path, "[limits]\nexports = 3\n")]) == 2
    assert "limits.exports" in capsys.readouterr().out


def test_a_token_that_cannot_be_checked_is_told_and_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # nobody listens on the discard port
    text = '[discord]\ntoken = "hush-hush"\nproxy = "http://127.0.0.1:9"\n'
    assert main(["check", "--config", config(tmp_path, text)]) == 1
    said = capsys.readouterr().out
    assert rows(said)["discord"] == "NO"
    assert "hush" not in said

"""The command line as a whole."""

import os
import subprocess
import sys

from bot import commands

ASK_FOR_HELP = """
import contextlib, io, sys
from bot.__main__ import main
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main(["export", "--help"])
print(*sys.modules)
"""


def test_a_command_is_called_as_its_file_is() -> None:
    assert {name: command.name for name, command in commands.every().items()} == {
        name: name for name in commands.every()
    }
    assert commands.find("export") == commands.every()["export"]


def test_what_is_no_command_is_not_found() -> None:
    assert commands.find("base") is None
    assert commands.find("../secrets") is None


def test_to_export_one_file_nothing_of_the_service_is_loaded() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", ASK_FOR_HELP], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "processing.render" in loaded
    assert not {"aiohttp", "discord", "pydantic_settings", "bot.app"} & set(loaded)


def test_a_reader_that_has_seen_enough_breaks_nothing() -> None:
    read, write = os.pipe()
    os.close(read)  # nobody reads, as behind `head` when it has ended
    with os.fdopen(write, "wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "settings"],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "")

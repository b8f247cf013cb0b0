"""`cutdown run`: the service."""

import argparse
import asyncio
import os
from importlib.metadata import version
from pathlib import Path

import structlog

from bot import logs
from bot.commands.base import FAILED, MISUSED, Command, complain, say
from bot.commands.configured import add_config, file_of, settings_of
from bot.config import ConfigInvalid, Settings
from bot.data_folder import DatabaseMissing
from processing.errors import ToolsMissing
from storage.database import DatabaseTooNew
from storage.unusable import DatabaseUnusable

log = structlog.get_logger()


def _run(arguments: argparse.Namespace) -> int:
    # only here: every other command would load Discord, HTTP and the scheduler for nothing
    from bot import app

    try:
        settings = settings_of(arguments)
    except ConfigInvalid as error:
        complain(str(error))
        return MISUSED
    # what is kept holds tokens of links, and addresses with keys in them
    os.umask(0o077)
    logs.set_up(settings.service.log_format)
    _tell(settings, file_of(arguments))
    try:
        asyncio.run(app.run(settings, on_ready=lambda url: say(f"Cutdown is at {url}")))
    except (
        app.DataFolderTaken,
        DatabaseMissing,
        DatabaseTooNew,
        DatabaseUnusable,
        ToolsMissing,
        OSError,
    ) as error:
        complain(str(error))
        return FAILED
    return 0


def _tell(settings: Settings, file: Path | None) -> None:
    log.info(
        "starting",
        version=version("cutdown"),
        config=str(file.absolute()) if file else "none",
        data=str(settings.service.data_dir),
    )
    for folder in settings.ingest.folders:
        if not folder.is_dir():
            log.warning("a folder of ingest.folders is not there", folder=str(folder))


COMMAND = Command(
    name="run", summary="run the service until SIGTERM or Ctrl-C", add_arguments=add_config, run=_run
)

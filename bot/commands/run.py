"""`cutdown run`: the service."""

import argparse
import asyncio

from bot import logs
from bot.commands.base import FAILED, MISUSED, Command, complain, say
from bot.commands.configured import add_config, settings_of
from bot.config import ConfigInvalid
from bot.data_folder import DatabaseMissing
from processing.errors import ToolsMissing
from storage.database import DatabaseTooNew
from storage.unusable import DatabaseUnusable


def _run(arguments: argparse.Namespace) -> int:
    # only here: every other command would load Discord, HTTP and the scheduler for nothing
    from bot import app

    try:
        settings = settings_of(arguments)
    except ConfigInvalid as error:
        complain(str(error))
        return MISUSED
    logs.set_up(settings.service.log_format)
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


COMMAND = Command(
    name="run", summary="run the service until SIGTERM or Ctrl-C", add_arguments=add_config, run=_run
)

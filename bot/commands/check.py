"""`cutdown check`: whether the service could do its work here, and if not, why."""

import argparse
import asyncio
import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import aiohttp

from bot.commands.base import FAILED, MISUSED, Command, complain, say
from bot.commands.configured import add_config, settings_of
from bot.config import ConfigInvalid, Settings
from bot.data_folder import demand_database
from bot.sites import ytdlp
from processing.encoder_probe import choose
from processing.ffmpeg import Tools, find_tools
from processing.hardware import AUTO
from processing.sandbox import missing_guards
from processing.tools import install
from storage.database import Database, demand_known, latest_version

#: Less than this is too little for one source and its short.
LEAST_FREE_BYTES = 2 * 1000**3
#: A folder is looked into and gone through.
FOR_READING = os.R_OK | os.X_OK
DISCORD_ME = "https://discord.com/api/v10/users/@me"
DISCORD_TIMEOUT_S = 15


class Fault(Exception):
    """A check that did not pass, and why."""


def _run(arguments: argparse.Namespace) -> int:
    try:
        settings = settings_of(arguments)
    except ConfigInvalid as error:
        _row("config", ok=False, text=str(error))
        return MISUSED
    _row("config", ok=True, text=f"{len(settings.clients)} clients, data in {settings.service.data_dir}")
    # every check runs, so that one run shows every fault
    passed = [_passes(name, check) for name, check in _checks(settings)]
    if not all(passed):
        complain("not everything is ready")
    return 0 if all(passed) else FAILED


def _checks(settings: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    data = settings.service.data_dir
    yield "ffmpeg", lambda: _ffmpeg(settings)
    yield "encoder", lambda: _encoder(settings)
    yield "sandbox", _sandbox
    yield "yt-dlp", lambda: _ytdlp(settings)
    yield "folders", lambda: _folders(settings)
    yield "port", lambda: _port(settings)
    yield "database", lambda: asyncio.run(_database(data))
    yield "storage", lambda: _storage(data)
    yield "disk", lambda: _disk(data)
    yield "discord", lambda: asyncio.run(_discord(settings))


def _passes(name: str, check: Callable[[], str]) -> bool:
    try:
        text = check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer
        _row(name, ok=False, text=str(error) or type(error).__name__)
        return False
    _row(name, ok=True, text=text)
    return True


def _row(name: str, *, ok: bool, text: str) -> None:
    say(f"{'ok' if ok else 'NO':<4}{name:<10}{' '.join(text.split())}")


def _ffmpeg(settings: Settings) -> str:
    tools: Tools = find_tools(ffmpeg=settings.render.ffmpeg, ffprobe=settings.render.ffprobe)
    if tools.lacking:
        raise Fault(f"ffmpeg {tools.ffmpeg_version} lacks {', '.join(sorted(tools.lacking))}")
    return f"ffmpeg {tools.ffmpeg_version}, ffprobe {tools.ffprobe_version}, all encoders and filters"


def _encoder(settings: Settings) -> str:
    wanted = settings.render.encoder
    tools = find_tools(ffmpeg=settings.render.ffmpeg, ffprobe=settings.render.ffprobe)
    chosen = asyncio.run(choose(wanted, tools=tools))
    if chosen.hardware is None and wanted != AUTO and chosen.faults:
        raise Fault(f"{'; '.join(chosen.faults)}; shorts would be encoded in software")
    return f"{chosen} ({'; '.join(chosen.faults)})" if chosen.faults else str(chosen)


def _sandbox() -> str:
    if missing := missing_guards():
        raise Fault(f"no {', '.join(missing)} here: renders would run without these limits")
    return "renders run at low priority, with bounded memory, time and files"


def _ytdlp(settings: Settings) -> str:
    hosts = settings.ingest.ytdlp_hosts
    if not hosts:
        return "not wanted: ingest.ytdlp_hosts is empty"
    if not ytdlp.installed():
        raise Fault(f"not here, though {', '.join(hosts)} need it: `{install(extra='ytdlp')}`")
    return f"{version('yt-dlp')}, for {', '.join(hosts)}"


def _folders(settings: Settings) -> str:
    folders = settings.ingest.folders
    if not folders:
        return "none: ingest.folders is empty"
    if shut := [
        str(folder) for folder in folders if not (folder.is_dir() and os.access(folder, FOR_READING))
    ]:
        raise Fault(f"not there, or not to be read: {', '.join(shut)}")
    return f"{', '.join(map(str, folders))} can be read"


def _port(settings: Settings) -> str:
    host, port = settings.service.host, settings.service.port
    try:
        with socket.create_server((host, port)):
            return f"{port} is free" if port else "any that is free"
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"{port} is in use: the service may be running"
        raise Fault(f"the service cannot listen on {host}, port {port}: {error.strerror}") from None


async def _database(data: Path) -> str:
    await demand_database(data)
    if not (data / "cutdown.db").exists():
        with tempfile.TemporaryDirectory() as folder:
            async with Database.open(Path(folder, "cutdown.db")):
                return "not there yet; it can be made"
    async with Database.look(data / "cutdown.db") as database:
        version, latest = await database.version(), latest_version()
        demand_known(version)
        if version == 0:
            return "empty; it can be filled"
        row = await database.fetch_one("PRAGMA quick_check")
        if row is None or row[0] != "ok":
            raise Fault(f"the file is damaged: {row[0] if row else 'no answer'}")
        counted = await database.fetch_one("SELECT count(*) FROM exports")
    if not os.access(data / "cutdown.db", os.W_OK):
        raise Fault("this user may not write to it")
    migration = f"; to be migrated from {version} to {latest}" if version < latest else ""
    return f"whole, {counted[0] if counted else 0} exports{migration}"


def _storage(data: Path) -> str:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=data):
        return f"{data} can be written"


def _disk(data: Path) -> str:
    free = shutil.disk_usage(data).free
    if free < LEAST_FREE_BYTES:
        raise Fault(f"only {free / 1e9:.1f} GB are free")
    return f"{free / 1e9:.1f} GB are free"


async def _discord(settings: Settings) -> str:
    token = settings.discord.token.get_secret_value()
    if not token:
        return "no token: the HTTP face alone is served"
    headers = {"Authorization": f"Bot {token}"}
    timeout = aiohttp.ClientTimeout(total=DISCORD_TIMEOUT_S)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(DISCORD_ME, headers=headers, proxy=settings.discord.proxy or None) as answer,
    ):
        if answer.status == 401:
            raise Fault("Discord does not know this token")
        if answer.status != 200:
            raise Fault(f"Discord answers {answer.status}")
        return f"the token belongs to {(await answer.json())['username']}"


COMMAND = Command(name="check", summary="say whether everything is ready", add_arguments=add_config, run=_run)

"""Puts the house together: the only module that names every concrete class, from the ground up."""

import asyncio
import fcntl
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import structlog

from bot import bounds
from bot.background import background
from bot.chat.face import ChatFace
from bot.config import Settings
from bot.data_folder import demand_database
from bot.fetching import open_fetcher
from bot.ground import Ground, services_upon
from bot.notifiers import open_notifiers
from bot.notifiers.base import Means
from bot.remote.reader import open_reader
from bot.services import Services
from bot.upkeep import keep_timetable, upkeep
from bot.web.server import application, serving
from processing import maintenance
from processing.delivery import Courier
from processing.encoder_probe import chosen_for_service
from processing.ffmpeg import find_tools
from processing.milestones import Milestones
from processing.news import Notifier
from processing.opener import Opener
from processing.orphans import bring_back
from processing.pool import LocalPool, default_size
from processing.render import engine
from storage.database import Database
from storage.files import LocalFiles
from storage.moments import utc_now
from storage.remotes import Remotes

log = structlog.get_logger()


class DataFolderTaken(Exception):
    """Another service works in the same data folder."""


async def run(settings: Settings, *, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGHUP or Ctrl-C; `on_ready` is told the address of the HTTP face.

    Raises:
        DataFolderTaken: another service works in the same data folder.
        DatabaseMissing: there are videos, and no database that knows them.
        DatabaseTooNew, DatabaseUnusable: the database is not one that we can work with.
        OSError: the address or the folder cannot be had.
    """
    stop = _stop_signal()
    async with AsyncExitStack() as stack:
        stack.enter_context(_alone_in(settings.service.data_dir))
        listener = stack.enter_context(
            socket.create_server((settings.service.host, settings.service.port), backlog=1024)
        )
        news, steps = asyncio.Event(), asyncio.Event()
        services = await stack.enter_async_context(open_services(settings, listener, news.set, steps.set))
        chat = ChatFace(services)
        await stack.enter_async_context(background("discord", chat.run))
        means = Means(services=services, chat=chat)
        notifiers = await stack.enter_async_context(open_notifiers(means))
        await stack.enter_async_context(_work(services, news, steps, notifiers))
        face = application(services, conditions={"discord": chat.is_well})
        await stack.enter_async_context(serving(face, listener))
        on_ready(services.base_url)
        await stop.wait()
        log.info("stopping")


@asynccontextmanager
async def open_services(
    settings: Settings, listener: socket.socket, on_news: Callable[[], None], on_step: Callable[[], None]
) -> AsyncIterator[Services]:
    """The ground floor and the work above it."""
    data, scratch = settings.service.data_dir, settings.service.data_dir / "tmp"
    await demand_database(data)
    await maintenance.clear_scratch(scratch)
    # whatever this process needs for a moment lies where the next start clears it away
    tempfile.tempdir = str(scratch.absolute())
    tools = find_tools(ffmpeg=settings.render.ffmpeg, ffprobe=settings.render.ffprobe)
    hardware = await chosen_for_service(settings.render.encoder, tools=tools)
    async with (
        Database.open(data / "cutdown.db") as database,
        open_fetcher(bounds.of_fetches(settings)) as fetch,
        open_reader(bounds.of_reads(settings), data / "remote") as reader,
    ):
        files = LocalFiles(data / "files")
        opener = Opener(files, Remotes(database), reader)
        pool = LocalPool(
            size=settings.render.pool_size or default_size(),
            threads=settings.render.threads,
            tools=tools,
            files=files,
            opener=opener,
            scratch=scratch,
            hardware=hardware,
        )
        ground = Ground(
            database=database,
            files=files,
            opener=opener,
            pool=pool,
            fetch=fetch,
            reader=reader,
            tools=tools,
            engine=engine(tools, hardware),
            scratch=scratch,
            now=utc_now,
            on_news=on_news,
            on_step=on_step,
        )
        yield services_upon(ground, settings, base_url=_base_url(settings, listener))


@asynccontextmanager
async def _work(
    services: Services, news: asyncio.Event, steps: asyncio.Event, notifiers: Mapping[str, Notifier]
) -> AsyncIterator[None]:
    """Exports are rendered, news is brought, the upkeep is done. Closing waits for what is being rendered."""
    exporter, settings = services.exporter, services.settings
    courier = Courier(
        deliveries=services.deliveries,
        exports=services.exports,
        intakes=services.intakes,
        notifiers=notifiers,
        exports_per_day=settings.limits.exports_per_day,
        now=services.now,
        news=news,
        tally=services.tally,
    )
    milestones = Milestones(
        deliveries=services.deliveries, board=services.board, now=services.now, on_news=services.on_news
    )
    await bring_back(videos=services.videos, files=services.files)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(background("courier", courier.run))
        await stack.enter_async_context(background("milestones", milestones.run))
        await exporter.resume()
        stack.push_async_callback(exporter.drain, settings.service.drain_s)
        await stack.enter_async_context(background("exporter", exporter.run))
        await stack.enter_async_context(background("orders", partial(exporter.follow, steps)))
        await stack.enter_async_context(background("ingestor", services.ingestor.run))
        scheduler = upkeep(services, news.set)
        scheduler.start()
        stack.callback(scheduler.shutdown, wait=False)
        timetable = partial(keep_timetable, scheduler, services.now)
        await stack.enter_async_context(background("timetable", timetable))
        yield


def _base_url(settings: Settings, listener: socket.socket) -> str:
    if settings.service.public_url:
        return settings.service.public_url
    host, port = listener.getsockname()[:2]
    if ip_address(host).is_unspecified:  # it stands for every address of this machine, and is none
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _alone_in(data: Path) -> Iterator[None]:
    """Hold the data folder. The lock is gone with the process, however that ends."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataFolderTaken(f"another service works in {data}") from None
        yield


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    names = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup wants it
        names.append(signal.SIGHUP)
    for name in names:
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop

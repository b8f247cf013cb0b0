"""Builds the services upon what is open: the same for the program and for tests that replace a part."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import bounds
from bot.config import Settings
from bot.services import Services
from processing.album import Album
from processing.arrival import Arrivals, Fetch
from processing.assembly import exporter_above
from processing.ffmpeg import Tools
from processing.ingest import Library
from processing.ingestor import Ingestor
from processing.opener import Opener, RemoteReader
from processing.pool import RenderPool
from processing.progress import ProgressBoard
from processing.staying import Staying
from processing.tally import Tally
from storage.database import Database
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.files import FileStore
from storage.intakes import Intakes
from storage.miniatures import Miniatures
from storage.notes import Notes
from storage.remotes import Remotes
from storage.scenes import Scenes
from storage.videos import Videos


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What must be opened, chosen or replaced before the rest can stand on it."""

    database: Database
    files: FileStore
    opener: Opener
    pool: RenderPool
    fetch: Fetch
    reader: RemoteReader
    tools: Tools
    engine: str
    scratch: Path
    now: Callable[[], datetime]
    on_news: Callable[[], None]  #: told when there may be news to bring
    on_step: Callable[[], None]  #: told at each step of a video on its way in


def services_upon(ground: Ground, settings: Settings, *, base_url: str) -> Services:
    """Everything a face asks for, within the bounds of these settings."""
    database, board, tally = ground.database, ProgressBoard(), Tally()
    library, ingestor = _catalogue(ground, settings)
    return Services(
        settings=settings,
        base_url=base_url,
        scratch=ground.scratch,
        database=database,
        videos=Videos(database),
        scenes=Scenes(database),
        exports=Exports(database),
        deliveries=Deliveries(database),
        notes=Notes(database),
        files=ground.files,
        tools=ground.tools,
        board=board,
        library=library,
        remotes=Remotes(database),
        reader=ground.reader,
        opener=ground.opener,
        intakes=Intakes(database),
        miniatures=Miniatures(database),
        ingestor=ingestor,
        album=Album(
            scenes=Scenes(database),
            intakes=Intakes(database),
            files=ground.files,
            opener=ground.opener,
            tools=ground.tools,
            scratch=ground.scratch,
        ),
        exporter=exporter_above(
            database,
            files=ground.files,
            pool=ground.pool,
            board=board,
            limits=bounds.of_exports(settings),
            engine=ground.engine,
            now=ground.now,
            on_news=ground.on_news,
            on_order=ingestor.wake,
            tally=tally,
        ),
        tally=tally,
        now=ground.now,
        on_news=ground.on_news,
    )


def _catalogue(ground: Ground, settings: Settings) -> tuple[Library, Ingestor]:
    """The videos that are there, and how others come in."""
    videos = Videos(ground.database)
    library = Library(
        videos=videos,
        scenes=Scenes(ground.database),
        files=ground.files,
        tools=ground.tools,
        now=ground.now,
        storage_bytes=round(settings.ingest.storage_gb * 1e9),
    )
    intakes, limits = Intakes(ground.database), bounds.of_intakes(settings)
    arrivals = Arrivals(
        library=library,
        videos=videos,
        intakes=intakes,
        opener=ground.opener,
        fetch=ground.fetch,
        staying=Staying(
            policy=settings.ingest.remote, reader=ground.reader, library=library, tools=ground.tools
        ),
        tools=ground.tools,
        scratch=ground.scratch,
        limits=limits,
        now=ground.now,
    )
    ingestor = Ingestor(
        library=library,
        videos=videos,
        intakes=intakes,
        arrivals=arrivals,
        limits=limits,
        now=ground.now,
        on_step=ground.on_step,
        on_news=ground.on_news,
    )
    return library, ingestor

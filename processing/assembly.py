"""Puts an exporter together above the tables of one database."""

from collections.abc import Callable
from datetime import datetime

from processing.exporter import Exporter
from processing.fulfilment import Fulfilment
from processing.miniatures import Miniaturist
from processing.pool import RenderPool
from processing.progress import ProgressBoard
from processing.reception import Reception
from processing.requests import ExportLimits
from processing.tally import Tally
from storage.database import Database
from storage.exports import Exports
from storage.files import FileStore
from storage.intakes import Intakes
from storage.miniatures import Miniatures
from storage.orders import Orders
from storage.repetitions import Repetitions
from storage.scenes import Scenes
from storage.soundtracks import Soundtracks
from storage.twins import Twins
from storage.videos import Videos


def exporter_above(
    database: Database,
    *,
    files: FileStore,
    pool: RenderPool,
    board: ProgressBoard,
    limits: ExportLimits,
    engine: str,
    now: Callable[[], datetime],
    on_news: Callable[[], None],
    on_order: Callable[[], None],
    tally: Tally | None = None,
) -> Exporter:
    """Two of them above the same database share nothing else: so it is after a restart."""
    exports, videos = Exports(database), Videos(database)
    fulfilment = Fulfilment(
        videos=videos,
        exports=exports,
        twins=Twins(database),
        intakes=Intakes(database),
        soundtracks=Soundtracks(database),
        files=files,
        pool=pool,
        board=board,
        limits=limits,
        engine=engine,
        tally=tally or Tally(),
        now=now,
        on_news=on_news,
    )
    return Exporter(
        reception=Reception(
            videos=videos,
            scenes=Scenes(database),
            exports=exports,
            repetitions=Repetitions(database),
            limits=limits,
            now=now,
        ),
        exports=exports,
        files=files,
        pool=pool,
        board=board,
        limits=limits,
        fulfilment=fulfilment,
        miniaturist=Miniaturist(
            miniatures=Miniatures(database),
            exports=exports,
            files=files,
            fulfilment=fulfilment,
            now=now,
            on_made=board.ring,
        ),
        orders=Orders(database),
        now=now,
        on_news=on_news,
        on_order=on_order,
    )

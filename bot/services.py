"""What the faces are handed: everything below them, open and ready."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.config import Settings
from processing.album import Album
from processing.exporter import Exporter
from processing.ffmpeg import Tools
from processing.ingest import Library
from processing.ingestor import Ingestor
from processing.opener import Opener, RemoteReader
from processing.progress import ProgressBoard
from processing.tally import Tally
from storage.database import Database
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.files import FileStore
from storage.intakes import Intakes
from storage.miniatures import Miniatures
from storage.models import Export
from storage.notes import Notes
from storage.remotes import Remotes
from storage.scenes import Scenes
from storage.videos import Videos


@dataclass(frozen=True, kw_only=True)
class Services:
    """One object a face asks for everything. `base_url` is how links begin, without a slash at the end."""

    settings: Settings
    base_url: str
    scratch: Path
    database: Database
    videos: Videos
    scenes: Scenes
    exports: Exports
    deliveries: Deliveries
    notes: Notes
    files: FileStore
    tools: Tools
    board: ProgressBoard
    library: Library
    opener: Opener
    remotes: Remotes
    reader: RemoteReader
    intakes: Intakes
    miniatures: Miniatures
    ingestor: Ingestor
    album: Album
    exporter: Exporter
    tally: Tally
    now: Callable[[], datetime]
    #: Told when there may be news to bring.
    on_news: Callable[[], None] = lambda: None

    def page_url(self, export: Export) -> str:
        """The page for people, as long as the link lives."""
        return f"{self.base_url}/s/{export.token}"

    def download_url(self, export: Export) -> str:
        """Where the raw file is, as long as the link lives."""
        return f"{self.base_url}/d/{export.token}"

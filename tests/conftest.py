"""Fixtures that the whole suite shares: a hand-wound clock, a real database and its tables, real files."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from storage.database import Database
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.files import LocalFiles
from storage.intakes import Intakes
from storage.scenes import Scenes
from storage.videos import Videos
from tests.fakes import Clock

# a busy machine is slow, not wrong
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

pytest_plugins = ["tests.fake_discord.fixtures"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "cutdown.db") as database:
        yield database


@pytest.fixture
def videos(database: Database) -> Videos:
    return Videos(database)


@pytest.fixture
def scenes(database: Database) -> Scenes:
    return Scenes(database)


@pytest.fixture
def exports(database: Database) -> Exports:
    return Exports(database)


@pytest.fixture
def intakes(database: Database) -> Intakes:
    return Intakes(database)


@pytest.fixture
def deliveries(database: Database) -> Deliveries:
    return Deliveries(database)


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    return LocalFiles(tmp_path / "files")


@pytest.fixture(autouse=True, scope="session")
def plain_log() -> None:
    """Tracebacks as Python writes them: the decorated ones show every local, and take seconds each."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])

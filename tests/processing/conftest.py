"""What the tests of the work share: the programs, and ordinary clips made once."""

from pathlib import Path

import pytest

from processing.ffmpeg import Tools, find_tools
from processing.ingest import Library
from storage.files import LocalFiles
from storage.scenes import Scenes
from storage.videos import Videos
from tests import clips
from tests.fakes import Clock
from tests.processing.reception import reception, three_shots
from tests.processing.studio import studio

__all__ = ["reception", "studio", "three_shots"]


@pytest.fixture(scope="session")
def tools() -> Tools:
    return find_tools()


@pytest.fixture
def library(videos: Videos, scenes: Scenes, files: LocalFiles, tools: Tools, clock: Clock) -> Library:
    return Library(videos=videos, scenes=scenes, files=files, tools=tools, now=clock)


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="session")
def landscape(tools: Tools, clip_folder: Path) -> Path:
    """Two seconds of 320x180 with a tone."""
    return clips.plain(tools, clip_folder / "landscape.mp4")


@pytest.fixture(scope="session")
def silent(tools: Tools, clip_folder: Path) -> Path:
    """Two seconds of picture without any sound."""
    return clips.make(tools, clip_folder / "silent.mp4", *clips.picture(), "-preset", "ultrafast")

"""Those who watch see when the newest backup was made, where any are wanted."""

import os
from pathlib import Path

import pytest

from bot.config import Settings
from tests.bot.web.conftest import SETTINGS, House
from tests.bot.web.test_health import figures

NAME = "cutdown_backup_timestamp_seconds"


@pytest.fixture
def backups(request: pytest.FixtureRequest) -> int:
    return int(getattr(request, "param", 7))


@pytest.fixture
def settings(tmp_path: Path, backups: int) -> Settings:
    return Settings(**SETTINGS | {"service": {"data_dir": tmp_path, "backups": backups}})


async def test_it_is_the_newest_whatever_its_name_and_zero_where_there_is_none(
    house: House, tmp_path: Path
) -> None:
    assert (await figures(house))[NAME] == {"": 0}
    (tmp_path / "backups").mkdir()
    assert (await figures(house))[NAME] == {"": 0}
    for name, moment in (("cutdown-2026-03-01.db", 3000), ("cutdown-2026-03-02.db", 2000), ("other", 9000)):
        (tmp_path / "backups" / name).touch()
        os.utime(tmp_path / "backups" / name, (moment, moment))
    assert (await figures(house))[NAME] == {"": 3000}


@pytest.mark.parametrize("backups", [0], indirect=True)
async def test_where_none_are_wanted_nothing_is_said(house: House) -> None:
    assert NAME not in await figures(house)

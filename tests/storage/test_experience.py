"""What is expected of a short is what shorts of that quality came to lately."""

from datetime import datetime, timedelta

import pytest

from storage.database import Database
from storage.experience import estimates
from storage.exports import Exports
from tests.bot.chat.samples import FACTS, NOON, export


async def made(
    exports: Exports,
    name: str,
    *,
    quality: str,
    render_s: float,
    target_mb: float | None = None,
    began: datetime = NOON,
) -> None:
    asked = export(id=name, token=name, quality=quality, target_mb=target_mb, attempt=0)
    await exports.create(asked, [], at_most=10, failed_at_most=10)
    started = await exports.start_next(began)
    assert started is not None
    done = began + timedelta(seconds=render_s)
    await exports.complete(
        started, file_key=name, facts=FACTS, now=done, expires_at=done + timedelta(hours=1), engine=""
    )


async def test_size_and_time_grow_with_the_length(database: Database, exports: Exports) -> None:
    await made(exports, "a", quality="high", render_s=40)
    await made(exports, "b", quality="high", render_s=50.4)
    await made(exports, "c", quality="medium", render_s=22.6)
    expected = await estimates(database, duration_s=FACTS.duration_s * 2)
    assert set(expected) == {"high", "medium"}
    assert expected["high"].size_bytes == pytest.approx(FACTS.size_bytes * 2)
    assert expected["high"].render_s == pytest.approx(90.4, abs=0.1)
    assert expected["medium"].render_s == pytest.approx(45.2, abs=0.1)


async def test_shorts_that_had_to_be_small_say_nothing_of_others(
    database: Database, exports: Exports
) -> None:
    await made(exports, "a", quality="high", render_s=40, target_mb=9.5)
    assert await estimates(database, duration_s=10) == {}


async def test_nobody_knows_before_the_first(database: Database) -> None:
    assert await estimates(database, duration_s=10) == {}


async def test_a_render_that_took_no_time_to_speak_of_is_none_of_its_own_copies(
    database: Database, exports: Exports
) -> None:
    await made(exports, "a", quality="high", render_s=0)
    assert (await estimates(database, duration_s=10))["high"].render_s == 0


async def test_shorts_that_were_copied_say_nothing_of_renders(database: Database, exports: Exports) -> None:
    async def said() -> float:
        return (await estimates(database, duration_s=FACTS.duration_s))["high"].render_s

    await made(exports, "a", quality="high", render_s=40)
    for number in range(3):
        began = NOON + timedelta(seconds=40 + number)
        await made(exports, f"copy-{number}", quality="high", render_s=0, began=began)
    assert await said() == pytest.approx(40, abs=0.1)
    await exports.expire("a", now=NOON + timedelta(minutes=1))
    assert await said() == pytest.approx(40, abs=0.1)
    # of those, none lives any more
    await made(exports, "again", quality="high", render_s=50.4, began=NOON + timedelta(hours=2))
    assert await said() == pytest.approx(45.2, abs=0.1)

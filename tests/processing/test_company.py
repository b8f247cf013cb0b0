"""Renders that begin together decode once, and each of them is what it would have been alone."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from processing import company
from processing.command import Encoding
from processing.company import Company, Order, Seat
from processing.ffmpeg import Progress, ProgressSink, Tools
from processing.opener import Opener
from processing.pool import LocalPool
from processing.render import RenderJob
from processing.size import Allowance
from storage.files import LocalFiles
from tests import samples
from tests.processing.test_command import planned

SOURCE = "sources/v/original"

Rendered = Callable[..., Awaitable[bytes]]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    """What is said of it, in a house where it is always worth it."""
    log = CapturingLogger()
    monkeypatch.setattr(company, "log", log)
    monkeypatch.setattr(company, "WORTH_PIXELS", 0)
    return log


@pytest.fixture
async def rendered(files: LocalFiles, tools: Tools, landscape: Path, tmp_path: Path) -> Rendered:
    """Renders at a pool of this machine, and gives what has been made."""
    shutil.copy(landscape, tmp_path / "original")
    await files.put(SOURCE, tmp_path / "original")
    pool = LocalPool(size=3, threads=1, tools=tools, files=files, opener=Opener(files), scratch=tmp_path)

    async def render(
        name: str, hear: ProgressSink = lambda progress: None, *, end_s: float = 0.8, **changes: Any
    ) -> bytes:
        key = f"exports/ana/{name}.mp4"
        job = samples.job(0.2, end_s, **changes)
        await pool.render(job, source_key=SOURCE, output_key=key, on_progress=hear)
        async with files.fetch(key) as path:
            return path.read_bytes()

    return render


#: The last one needs a second pass.
WISHES = {
    "high": {"quality": "high"},
    "medium": {"quality": "medium"},
    "small": {"quality": "high", "target_mb": 0.04},
}
#: The same with less work.
LEVELLED: dict[str, Any] = {}
AS_LOUD = {"normalize_loudness": False}


@pytest.mark.parametrize("strategy", ["center_crop", "letterbox"])
async def test_together_each_is_byte_for_byte_what_it_is_alone(
    strategy: str, rendered: Rendered, log: CapturingLogger
) -> None:
    heard: list[Progress] = []
    wishes = {name: wish | {"strategy": strategy} for name, wish in WISHES.items()}
    together = await asyncio.gather(*(rendered(name, heard.append, **wish) for name, wish in wishes.items()))
    assert [(call.args, call.kwargs) for call in log.calls] == [(("encoded together",), {"shorts": 3})]
    assert together == [await rendered(f"{name}-alone", **wish) for name, wish in wishes.items()]
    assert len(log.calls) == 1
    assert sum(progress.percent == 100 for progress in heard) == len(WISHES)
    assert {progress.stage for progress in heard} >= {"measuring", "rendering", "verifying"}


async def test_what_is_framed_otherwise_is_decoded_by_itself(
    rendered: Rendered, log: CapturingLogger
) -> None:
    wishes = ({"strategy": "letterbox"}, {"focus": 0}, {"quality": "medium"})
    await asyncio.gather(*(rendered(str(number), **wish) for number, wish in enumerate(wishes)))
    assert log.calls == []


async def test_where_decoding_is_little_of_the_work_each_goes_alone(
    rendered: Rendered, log: CapturingLogger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "WORTH_PIXELS", 320 * 180)
    await asyncio.gather(rendered("levelled", **LEVELLED), rendered("as-loud", **AS_LOUD))
    assert log.calls == []


@pytest.mark.parametrize(
    ("width", "height", "worth"), [(1280, 720, False), (1920, 1080, True), (3840, 2160, True)]
)
def test_large_sources_are_worth_it(width: int, height: int, worth: bool) -> None:
    assert company.is_worth(planned(upright_width=width, upright_height=height)) is worth


async def test_what_fails_together_is_made_alone(
    rendered: Rendered, log: CapturingLogger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company.command, "encode_together", lambda *given, **named: ["false"])
    made = await asyncio.gather(rendered("levelled", **LEVELLED), rendered("as-loud", **AS_LOUD))
    assert [call.args for call in log.calls] == [("not encoded together",)]
    assert made[1] == await rendered("alone", **AS_LOUD)


async def test_one_that_is_called_off_does_not_harm_the_other(
    rendered: Rendered, log: CapturingLogger
) -> None:
    begun = asyncio.Event()

    def hear(progress: Progress) -> None:
        if progress.stage == "rendering":
            begun.set()

    first = asyncio.create_task(rendered("levelled", hear, **LEVELLED))
    second = asyncio.create_task(rendered("as-loud", **AS_LOUD))
    await begun.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await second == await rendered("alone", **AS_LOUD)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is encoded together is read no faster than it is played, and heard of often: it has a middle."""
    written = company.command.encode_together

    def as_played(*given: Any, **named: Any) -> list[str]:
        arguments = written(*given, **named)
        first = arguments.index("-i")
        return [*arguments[:first], "-stats_period", "0.1", "-re", *arguments[first:]]

    monkeypatch.setattr(company.command, "encode_together", as_played)


class Ear:
    """Hears of one render, and knows when some of it is encoded."""

    def __init__(self) -> None:
        self.heard: list[Progress] = []
        self.is_under_way = asyncio.Event()

    def __call__(self, progress: Progress) -> None:
        self.heard.append(progress)
        if len({said.percent for said in self.heard if said.stage == "rendering"}) > 1:
            self.is_under_way.set()


async def called_off(render: asyncio.Task[bytes]) -> None:
    render.cancel()
    await asyncio.gather(render, return_exceptions=True)
    assert render.cancelled()


@pytest.mark.usefixtures("unhurried")
async def test_one_that_is_called_off_in_the_middle_costs_the_other_nothing(
    rendered: Rendered, log: CapturingLogger
) -> None:
    ear = Ear()
    wish = {"quality": "high", "target_mb": 0.06}  # reads what the first pass has written beside the picture
    first = asyncio.create_task(rendered("first", ear, end_s=1.2, quality="high"))
    second = asyncio.create_task(rendered("second", end_s=1.2, **wish))
    await ear.is_under_way.wait()
    await called_off(first)
    made = await second
    assert [(call.args, call.kwargs) for call in log.calls] == [(("encoded together",), {"shorts": 1})]
    assert made == await rendered("alone", end_s=1.2, **wish)


@pytest.mark.usefixtures("unhurried", "log")
async def test_one_that_was_called_off_hears_no_more(rendered: Rendered) -> None:
    one, other = Ear(), Ear()
    first = asyncio.create_task(rendered("first", one, end_s=1.2, **LEVELLED))
    second = asyncio.create_task(rendered("second", other, end_s=1.2, **AS_LOUD))
    await one.is_under_way.wait()
    await called_off(first)
    told, told_the_other = len(one.heard), len(other.heard)
    await second
    assert len(other.heard) > told_the_other
    assert len(one.heard) == told


class Kitchen:
    """Stands for what is encoded together: shut `gate` to be slow."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.broken_off = False
        self.gate = asyncio.Event()

    async def cook(self, orders: Mapping[Seat, Order], scratch: Path) -> bool:
        self.begun.append(len(orders))
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.broken_off = True
            raise
        return True


@pytest.fixture
def kitchen(monkeypatch: pytest.MonkeyPatch) -> Kitchen:
    kitchen = Kitchen()
    monkeypatch.setattr(company, "_together", kitchen.cook)
    monkeypatch.setattr(company, "WORTH_PIXELS", 0)
    return kitchen


JOB = samples.job(0, 1)
SCRATCH = Path("/scratch")
ORDER = Order(
    encoding=Encoding(
        plan=planned(),
        sound=Path("/sound"),
        made=Path("/made"),
        statistics=Path("/statistics"),
        allowance=Allowance(rate_bps=1, buffer_bits=1),
    ),
    source=Path("/source"),
    threads=1,
    tools=Tools(ffmpeg=Path("ffmpeg"), ffprobe=Path("ffprobe")),
    moved=lambda out_s: None,
)


async def guest(house: Company, job: RenderJob = JOB) -> bool:
    with house.seat(job, SOURCE) as seat:
        await asyncio.sleep(0)
        return await seat.served(ORDER)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_nobody_waits_for_one_who_leaves_before_ordering(kitchen: Kitchen) -> None:
    house = Company(SCRATCH)
    with house.seat(JOB, SOURCE):
        one = asyncio.create_task(guest(house))
        await settle()
        assert not one.done()
    assert await one is False
    assert kitchen.begun == []


async def test_who_comes_when_the_others_have_begun_sits_by_himself(kitchen: Kitchen) -> None:
    house = Company(SCRATCH)
    pair = [asyncio.create_task(guest(house)) for _ in range(2)]
    await settle()
    assert await guest(house) is False
    kitchen.gate.set()
    assert await asyncio.gather(*pair) == [True, True]
    assert kitchen.begun == [2]


async def test_the_work_goes_on_until_the_last_one_has_left(kitchen: Kitchen) -> None:
    house = Company(SCRATCH)
    pair = [asyncio.create_task(guest(house)) for _ in range(2)]
    await settle()
    pair[0].cancel()
    await settle()
    assert not kitchen.broken_off
    pair[1].cancel()
    await asyncio.gather(*pair, return_exceptions=True)
    assert kitchen.broken_off


async def test_no_party_is_remembered(kitchen: Kitchen) -> None:
    house = Company(SCRATCH)
    kitchen.gate.set()
    await asyncio.gather(*(guest(house, samples.job(0, 1 + number % 3)) for number in range(7)))
    with pytest.raises(ZeroDivisionError), house.seat(JOB, SOURCE):
        raise ZeroDivisionError
    assert house._parties == {}

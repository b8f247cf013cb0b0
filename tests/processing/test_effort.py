"""Where a source spends its bits, there is more to do: the seconds left are told by that."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from processing.effort import EVEN, EVENLY, Effort, foresee, spread
from processing.ffmpeg import Progress, Tools
from processing.meter import Meter
from processing.source import Loopback
from tests import clips
from tests.processing.test_meter import Watch

#: Two seconds of a still picture, two of noise.
RESTLESS = (
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=128x72:rate=25:duration=4,noise=alls='80':allf=t:enable='gte(t,2)'",
)


@pytest.mark.parametrize("ending", ["mp4", "ts", "mkv"])
async def test_a_scene_that_begins_still_and_ends_in_noise_is_most_work_at_its_end(
    ending: str, tools: Tools, tmp_path: Path
) -> None:
    source = clips.make(
        tools, tmp_path / f"source.{ending}", *RESTLESS, "-c:v", "libx264", "-bf", "2", "-g", "30"
    )
    effort = await foresee(source, start_s=1, duration_s=2, stream=0, folder=tmp_path, tools=tools)
    assert EVEN / 2 < effort.at(0.5) < EVEN / 2 + 0.1
    # of the bits, half are behind whoever has seen half of the noise
    assert effort.at(0.75) == pytest.approx(0.75 * EVEN + 0.5 * (1 - EVEN), abs=0.05)


async def test_where_the_file_does_not_tell_the_work_is_even(tools: Tools, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no video")
    for source in (text, tmp_path / "missing", Loopback(url="http://127.0.0.1:9/video")):
        asked = foresee(source, start_s=0, duration_s=2, stream=0, folder=tmp_path, tools=tools)
        assert await asked == EVENLY


def test_a_list_that_breaks_off_says_nothing() -> None:
    packets = [(0.1 * number, 100) for number in range(50)]
    assert spread(packets, start_s=0, duration_s=10) == EVENLY
    assert spread(packets, start_s=0, duration_s=5) != EVENLY


@given(some.lists(some.tuples(some.floats(-5, 15), some.integers(0, 10**7))))
def test_the_work_done_grows_from_nothing_to_all_of_it(packets: list[tuple[float, int]]) -> None:
    effort = spread(packets, start_s=0, duration_s=10)
    done = [effort.at(number / 97) for number in range(98)]
    assert done[0] == 0
    assert done[-1] == pytest.approx(1)
    assert all(earlier < later for earlier, later in pairwise(done))


def test_the_seconds_left_are_those_of_the_work_that_is_left() -> None:
    heard: list[Progress] = []
    watch = Watch()
    meter = Meter(heard.append, clock=watch)
    meter.expect(Effort((0.0, 0.8, 1.0)))
    meter.stage("rendering", until=100)
    meter.at(0)
    watch.now_s = 8
    meter.at(0.5)
    assert heard[-1] == Progress(stage="rendering", percent=50.0, eta_s=pytest.approx(2))

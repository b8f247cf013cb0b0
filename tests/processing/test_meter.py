"""Progress is one percentage that only grows."""

import pytest

from processing.ffmpeg import Progress
from processing.meter import Meter


class Watch:
    """A clock that a test sets."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_stages_share_the_hundred_and_it_is_said_once() -> None:
    heard: list[Progress] = []
    meter = Meter(heard.append)
    meter.stage("measuring", until=10)
    meter.at(0.5)
    meter.stage("rendering", until=97)
    for part in (0.5, 0.4, 1.2, -1):
        meter.at(part)
    meter.finish()
    percents = [progress.percent for progress in heard]
    assert percents == sorted(percents)
    assert percents.count(100.0) == 1
    assert heard[-1] == Progress(stage="done", percent=100.0, eta_s=0.0)


def test_a_steady_render_tells_the_seconds_left() -> None:
    heard: list[Progress] = []
    watch = Watch()
    meter = Meter(heard.append, clock=watch)
    meter.stage("rendering", until=100)
    for part in (0.01, 0.1, 0.5):
        watch.now_s = 40 * part
        meter.at(part)
    assert heard[1].eta_s is None
    assert [progress.eta_s for progress in heard[2:]] == [pytest.approx(36), pytest.approx(20)]


def test_a_render_that_will_need_two_passes_counts_both() -> None:
    heard: list[Progress] = []
    watch = Watch()
    meter = Meter(heard.append, clock=watch)
    meter.stage("rendering", until=50)
    for watch.now_s in (2, 10):
        meter.at(watch.now_s / 20)
    assert heard[-1] == Progress(stage="rendering", percent=25.0, eta_s=pytest.approx(28.8))


def test_a_render_that_gets_the_machine_to_itself_is_told_so_within_the_window() -> None:
    heard: list[Progress] = []
    watch = Watch()
    meter = Meter(heard.append, clock=watch)
    meter.stage("rendering", until=100)
    for now_s in range(41):  # a tenth in the first 20 s, four times as quick after that
        watch.now_s = now_s
        meter.at(now_s / 200 if now_s <= 20 else 0.1 + (now_s - 20) / 50)
    assert heard[-1].eta_s == pytest.approx(25)

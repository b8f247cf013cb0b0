"""A bar moves on a terminal, stays where it is asked to, and is silent elsewhere."""

import io

from bot.commands.bar import ProgressBar, describe
from processing.ffmpeg import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def drawn(stream: io.StringIO, *, stays: bool = False) -> str:
    with ProgressBar(stream, stays=stays) as bar:
        for percent in range(101):
            bar.show(Progress(stage="rendering", percent=percent))
    return stream.getvalue()


def test_on_a_terminal_one_line_is_written_over_itself_and_gone_at_the_end() -> None:
    said = drawn(Terminal())
    assert "\n" not in said
    assert said.count("\r") == 102
    assert said.endswith("\r\x1b[K")


def test_elsewhere_it_is_silent() -> None:
    assert drawn(io.StringIO()) == ""


def test_where_it_stays_a_line_is_written_every_twenty_percent() -> None:
    assert len(drawn(io.StringIO(), stays=True).splitlines()) == 6


def test_the_line_says_how_far_and_how_long() -> None:
    said = describe(Progress(stage="rendering", percent=50, eta_s=12.4))
    assert said == "▰" * 12 + "▱" * 12 + "  50 %  rendering, 12 s left"


def test_at_the_end_nothing_is_left() -> None:
    assert describe(Progress(stage="done", percent=100, eta_s=0.0)) == "▰" * 24 + " 100 %  done"

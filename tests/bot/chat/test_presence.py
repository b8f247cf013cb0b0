"""The line in the list of members tells how long the queue is."""

import pytest

from bot.chat.presence import activity


@pytest.mark.parametrize(
    ("unfinished", "line"),
    [
        pytest.param(0, "Makes shorts: /export", id="idle"),
        pytest.param(3, "Making shorts: 3 in the queue", id="busy"),
    ],
)
def test_the_line_says_how_many_are_unfinished(unfinished: int, line: str) -> None:
    assert activity(unfinished).to_dict()["state"] == line

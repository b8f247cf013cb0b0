"""Times as people type them."""

import pytest

from bot.chat.refusals import Refused
from bot.chat.times import seconds


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (None, None),
        ("", None),
        ("10.5", 10.5),
        ("10,5", 10.5),
        (" 62 ", 62),
        ("1:02", 62),
        ("01:02:03.25", 3723.25),
        ("90:00", 5400),
    ],
)
def test_seconds_or_minutes_and_seconds(typed: str | None, expected: float | None) -> None:
    assert seconds(typed) == expected


@pytest.mark.parametrize(
    "typed", ["soon", "-1", "1:2:3:4", "1:", "1e3", "nan", "9" * 5000, "9" * 5000 + ":00", "1." + "1" * 400]
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="bad_time"):
        seconds(typed)

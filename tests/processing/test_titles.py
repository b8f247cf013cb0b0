"""What somebody calls a thing is shown as they wrote it, in one line, or not at all."""

import pytest

from processing.titles import one_line

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        pytest.param(f"{FAMILY} at home", f"{FAMILY} at home", id="joined-emoji"),
        pytest.param(
            "\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525", id="joined-behind-a-variant"
        ),
        pytest.param(PERSIAN, PERSIAN, id="letters-kept-apart"),
        pytest.param("Goal\u3164\u3164No. 1", "Goal No. 1", id="blanks-between"),
        pytest.param("a\u202eb", "a b", id="direction"),
        pytest.param(" \u200dGoal\u200d \u200c!", "Goal !", id="joiners-of-nothing"),
        pytest.param(f"{'x' * 99}\u200dy", "x" * 99, id="joiner-at-the-cut"),
    ],
)
def test_a_title_is_shown_as_it_was_written(said: str, shown: str) -> None:
    assert one_line(said) == shown


@pytest.mark.parametrize(
    "blank", ["\u3164", "\u115f", "\uffa0", "\u2800", "\u200d", "\u200d\u200d", "\ufe0f"]
)
def test_what_shows_nothing_is_no_title(blank: str) -> None:
    assert one_line(f" {blank} {blank}") == ""

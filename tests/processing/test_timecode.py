"""Moments are read the way editors write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.timecode import format_timecode, parse_timecode


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("0", 0.0, id="zero"),
        pytest.param("10.5", 10.5, id="seconds"),
        pytest.param("400", 400.0, id="more-than-a-minute"),
        pytest.param(".5", 0.5, id="no-leading-zero"),
        pytest.param("1:15.5", 75.5, id="minutes"),
        pytest.param("90:00", 5400.0, id="many-minutes"),
        pytest.param("01:02:03.250", 3723.25, id="hours"),
        pytest.param(" 5 ", 5.0, id="spaces-around"),
    ],
)
def test_a_time_is_read(text: str, seconds: float) -> None:
    assert parse_timecode(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "-1", "1:60", "1:75:00", "1:2:3:4", "1e3", "nan", "inf", "\u0661", "5s", "1:"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        parse_timecode(text)


@given(st.integers(min_value=0, max_value=10**7))
def test_what_is_written_is_read_again_to_the_tenth(tenths: int) -> None:
    assert parse_timecode(format_timecode(tenths / 10)) == pytest.approx(tenths / 10)


@given(st.text())
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    try:
        assert parse_timecode(text) >= 0
    except ValueError:
        return

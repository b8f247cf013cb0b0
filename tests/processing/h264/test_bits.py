"""Bits are read as they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.h264 import nal
from processing.h264.bits import NOTHING, BitReader, Bits, se, stopped, ue

NUMBERS, SIGNED = st.integers(0, 2**16), st.integers(-(2**15), 2**15)


@pytest.mark.parametrize(
    ("written", "bits"),
    [
        pytest.param(ue(0), "1", id="0"),
        pytest.param(ue(1), "010", id="1"),
        pytest.param(ue(7), "0001000", id="7"),
        pytest.param(se(1), "010", id="+1"),
        pytest.param(se(-1), "011", id="-1"),
        pytest.param(se(-2), "00101", id="-2"),
    ],
)
def test_numbers_are_written_as_in_tables_9_2_and_9_3(written: Bits, bits: str) -> None:
    assert f"{written.value:0{written.length}b}" == bits


@given(st.lists(st.tuples(NUMBERS, SIGNED, st.integers(0, 255))))
def test_what_was_written_is_read_to_the_last_bit(rows: list[tuple[int, int, int]]) -> None:
    written = NOTHING
    for number, signed, byte in rows:
        written += ue(number) + se(signed) + Bits(byte, 8)
    reader = BitReader.of_stopped(stopped(written).to_bytes())
    assert [(reader.ue(), reader.se(), reader.number(8)) for _ in rows] == rows
    assert reader.rest() == NOTHING
    with pytest.raises(EOFError):
        reader.flag()


@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255])).map(bytes))
def test_nothing_inside_of_a_unit_looks_like_the_begin_of_another(content: bytes) -> None:
    unit = b"\x65" + content + b"\x80"
    escaped = nal.escaped(unit)
    assert not [last for last in range(3) if bytes([0, 0, last]) in escaped]
    assert nal.unescaped(escaped) == unit


def test_the_zeros_that_may_follow_a_slice_stay_as_they_are() -> None:
    written = b"\x65\x80\0\0\3\0\0\3"
    assert nal.escaped(nal.unescaped(written)) == written

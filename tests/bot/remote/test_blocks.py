"""Whatever is asked of a file, its blocks hold exactly that, and nothing is asked twice."""

from hypothesis import given
from hypothesis import strategies as st

from bot.remote.blocks import (
    BLOCK_BYTES,
    MOST_BLOCKS,
    STEP_BLOCKS,
    Pace,
    Span,
    answered_span,
    asked_span,
    count,
    covering,
    length,
    missing_run,
    spanned,
)

SIZES = st.one_of(
    st.integers(1, 5 * BLOCK_BYTES),
    st.integers(1, 4).flatmap(lambda n: st.integers(n * BLOCK_BYTES - 2, n * BLOCK_BYTES + 2)),
    st.integers(1, 10**12),
)
SIZED_SPANS = SIZES.flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.tuples(st.integers(0, size - 1), st.integers(1, size)).filter(lambda pair: pair[0] < pair[1]),
    )
)


@given(SIZES.filter(lambda size: size < 10**7))
def test_the_blocks_of_a_file_are_the_file(size: int) -> None:
    lengths = [length(index, size) for index in range(count(size))]
    assert sum(lengths) == size
    assert all(0 < one <= BLOCK_BYTES for one in lengths)


@given(SIZED_SPANS)
def test_the_blocks_of_a_span_hold_it_and_none_is_idle(sized: tuple[int, tuple[int, int]]) -> None:
    size, (start, end) = sized
    run = covering(Span(start=start, end=end))
    whole = spanned(run, size)
    assert whole.start <= start < end <= whole.end <= size
    for smaller in (run[1:], run[:-1]):
        left = spanned(smaller, size)
        assert not smaller or not (left.start <= start and end <= left.end)


@given(SIZED_SPANS)
def test_a_range_header_is_read_as_it_is_written(sized: tuple[int, tuple[int, int]]) -> None:
    size, (start, end) = sized
    span = Span(start=start, end=end)
    assert asked_span(f"bytes={start}-{end - 1}", size) == span
    assert answered_span(f"bytes {start}-{end - 1}/{size}") == (span, size)
    assert asked_span(f"bytes={start}-", size) == Span(start=start, end=size)
    assert asked_span(f"bytes=-{size - start}", size) == Span(start=start, end=size)
    assert asked_span(None, size) == Span(start=0, end=size)


@given(st.text() | st.from_regex(r"bytes=?\s?[\d-]{0,40}(/[\d*]{0,25})?", fullmatch=True), SIZES)
def test_no_header_breaks_the_reading_of_it(header: str, size: int) -> None:
    asked, answered = asked_span(header, size), answered_span(header)
    assert asked is None or 0 <= asked.start < asked.end <= size
    assert answered is None or 0 <= answered[0].start < answered[0].end <= answered[1]


@given(st.integers(1, 40 * BLOCK_BYTES), st.integers(0, 39), st.integers(1, 50), st.sets(st.integers(0, 39)))
def test_one_request_brings_neighbours_that_are_missing(
    size: int, index: int, most: int, here: set[int]
) -> None:
    index = min(index, count(size) - 1)
    run = missing_run(index, most=most, size=size, is_here=here.__contains__)
    assert len(run) <= most
    assert not here & set(run)
    assert all(0 <= one < count(size) for one in run)
    assert (run.start == index and bool(run)) or index in here
    # it stops for a reason alone
    assert len(run) == most or run.stop == count(size) or run.stop in here


def test_who_reads_on_is_brought_more_each_time_and_who_skips_little() -> None:
    pace = Pace()
    at, asked = 1000, []
    while at < 1500:
        asked.append(pace.read(at))
        for index in range(at, at := at + asked[-1]):
            pace.read(index)
    assert asked == sorted(asked)
    assert asked[0] == 2
    assert asked[-1] == MOST_BLOCKS
    # what is read ahead in vain is never more than half of what was read, beside the first step
    assert all(step <= 2 + sum(asked[:number]) // 2 for number, step in enumerate(asked))
    assert pace.read(at + STEP_BLOCKS) == MOST_BLOCKS
    assert pace.read(at + 10_000) == 2


@given(st.lists(st.integers(0, 300), min_size=2, max_size=5, unique_by=lambda start: start // 60))
def test_several_readers_by_turns_do_not_disturb_each_other(starts: list[int]) -> None:
    alone, together = Pace(), Pace()
    expected = [alone.read(10_000 + step) for step in range(20)]
    seen = {start: [together.read(start * 1000 + step) for step in [0]] for start in starts}
    for step in range(1, 20):
        for start in starts:
            seen[start].append(together.read(start * 1000 + step))
    assert all(paces == expected for paces in seen.values())

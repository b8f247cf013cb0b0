"""What is decided about a short before anything runs."""

from fractions import Fraction
from typing import Any

import ffmpeg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.errors import Refusal, SourceRefused
from processing.plan import RenderJob, plan, target_rate
from processing.strategies import STRATEGIES
from processing.strategies.base import HEIGHT, WHOLE, Picture, cropped, fitted
from tests import samples

FILTERS = frozenset({"zscale"})


def job(**changes: Any) -> RenderJob:
    return samples.job(**{"start_s": 1, "end_s": 4, "quality": "high", **changes})


@pytest.mark.parametrize(
    ("nominal", "average", "rate"),
    [
        pytest.param("30", "30", "30", id="kept"),
        pytest.param("24000/1001", "24000/1001", "24000/1001", id="film-kept"),
        pytest.param("60", "60", "60", id="60-kept"),
        pytest.param("1", "1", "24", id="1-fps"),
        pytest.param("10", "10", "30", id="10-fps"),
        pytest.param("15", "15", "30", id="15-fps"),
        pytest.param("20", "20", "40", id="20-fps"),
        pytest.param("90", "90", "45", id="90-fps"),
        pytest.param("120000/1001", "120000/1001", "60000/1001", id="120-fps"),
        pytest.param("240", "240", "60", id="240-fps"),
        pytest.param("90000", "29", "30", id="variable"),
        pytest.param("60", "27.4", "30", id="variable-phone"),
        pytest.param("1000", "55", "60", id="variable-screen"),
    ],
)
def test_the_rate_is_the_sources_where_it_may_be(nominal: str, average: str, rate: str) -> None:
    assert target_rate(Fraction(nominal), Fraction(average)) == Fraction(rate)


@pytest.mark.parametrize(
    ("start_s", "end_s"), [pytest.param(11, 12, id="after"), pytest.param(9, 10.5, id="over-the-end")]
)
def test_a_scene_outside_its_video_is_refused(start_s: float, end_s: float) -> None:
    with pytest.raises(SourceRefused) as refused:
        plan(job(start_s=start_s, end_s=end_s), samples.media(), filters=FILTERS)
    assert refused.value.reason is Refusal.OUTSIDE


def test_the_last_frame_stands_in_only_as_long_as_the_picture_is_known_to_miss() -> None:
    late = plan(job(start_s=7, end_s=10), samples.media(video_end_s=9.5), filters=FILTERS)
    whole = plan(job(start_s=7, end_s=10), samples.media(), filters=FILTERS)
    assert late.padding_s == pytest.approx(0.5 + whole.padding_s, abs=0.001)
    assert whole.padding_s < 0.2


@pytest.mark.parametrize(
    ("width", "height", "sar", "size"),
    [
        pytest.param(1920, 1080, "1", (1080, 608), id="landscape"),
        pytest.param(1080, 1920, "1", (1080, 1920), id="tall"),
        pytest.param(1080, 2400, "1", (864, 1920), id="taller"),
        pytest.param(720, 576, "64/45", (1080, 608), id="anamorphic"),
        pytest.param(1000, 1000, "1", (1080, 1080), id="square"),
        pytest.param(8, 8000, "1", (2, 1920), id="thread"),
    ],
)
def test_the_whole_picture_fits(width: int, height: int, sar: str, size: tuple[int, int]) -> None:
    assert fitted(Picture(width=width, height=height, sar=Fraction(sar))) == size


@given(width=st.integers(2, 4000), height=st.integers(2, 4000))
def test_what_is_left_out_of_a_letterbox_is_black_and_its_neighbours_too(width: int, height: int) -> None:
    picture = Picture(width=width, height=height)
    band = STRATEGIES["letterbox"].band(picture)
    _, shown = fitted(picture)
    below = HEIGHT - band.top - band.height
    upper, lower = (HEIGHT - shown) // 2 - band.top, (HEIGHT - shown + 1) // 2 - below
    if band == WHOLE:
        # a bar and a margin take a row of macroblocks each, and one more may be lost to where rows begin
        assert min(upper, lower) < 3 * 16
    else:
        assert band.top % 16 == below % 16 == 0
        assert min(band.top, below) >= 16
        # the picture may stand a pixel higher than half-way, for it begins evenly
        assert 16 <= upper <= 32 + 1
        assert 16 <= lower + 1 <= 32 + 2


@pytest.mark.parametrize(
    ("focus", "crop"), [(0, "crop=608:1080:0:0"), (50, "crop=608:1080:656:0"), (100, "crop=608:1080:1312:0")]
)
def test_focus_moves_the_crop_from_left_to_right(focus: int, crop: str) -> None:
    stream = cropped(ffmpeg.input("x").video, Picture(width=1920, height=1080), focus=focus)
    assert crop in " ".join(ffmpeg.output(stream, "y").compile())


@pytest.mark.parametrize(
    ("width", "height", "chosen"),
    [
        pytest.param(1920, 1080, "blur_fill", id="landscape"),
        pytest.param(1080, 1080, "blur_fill", id="square"),
        pytest.param(1080, 1350, "center_crop", id="four-to-five"),
        pytest.param(1080, 1920, "center_crop", id="tall"),
        pytest.param(200, 800, "blur_fill", id="thin"),
    ],
)
def test_auto_picks_by_what_would_be_lost_and_says_why(width: int, height: int, chosen: str) -> None:
    made = plan(
        job(strategy="auto"), samples.media(upright_width=width, upright_height=height), filters=FILTERS
    )
    assert made.strategy.name == chosen
    assert "% of the picture" in made.notes[0]


def test_every_strategy_says_what_it_does_in_one_line() -> None:
    assert set(STRATEGIES) == {"auto", "blur_fill", "center_crop", "letterbox"}
    assert all(0 < len(strategy.summary) <= 100 for strategy in STRATEGIES.values())


def test_hdr_without_a_tone_mapper_is_confessed() -> None:
    made = plan(job(), samples.media(color_transfer="smpte2084"), filters=frozenset())
    assert made.notes == ("colours may look pale: this ffmpeg cannot tone-map",)

"""Scenes are lawful whatever the candidates are, and lie where a person would put them."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from processing.analysis import SAMPLE_BYTES, Analysis, Samples
from processing.scenes import Candidate, Interval, SceneBounds, candidates, merge
from processing.shots import Boundary, Transition
from processing.watching import SAMPLE_RATE

BOUNDS = SceneBounds(shortest_s=15, target_s=40, longest_s=180)


def cut(at_s: float, price: float = 0.1) -> Candidate:
    return Candidate(end_s=at_s, start_s=at_s, price=price)


def film(*shots: tuple[int, float]) -> tuple[Analysis, list[Boundary]]:
    """A silent film of even grey shots, (level, seconds) each, and the cuts between them."""
    pixels = b"".join(
        bytes([level]) * SAMPLE_BYTES * round(seconds * SAMPLE_RATE) for level, seconds in shots
    )
    ends = [sum(seconds for _, seconds in shots[: index + 1]) for index in range(len(shots))]
    seen = Analysis(
        duration_s=ends[-1],
        frame_times=[],
        frame_changes=[],
        samples=Samples(pixels=pixels),
        loudness=[],
        speech=None,
        still_sizes=[],
        still_times=[],
        lit=None,
    )
    return seen, [Boundary(transition=Transition.CUT, end_s=end, start_s=end) for end in ends[:-1]]


moments = st.floats(-10, 700)
places = st.lists(
    st.builds(
        lambda at_s, gap_s, price: Candidate(end_s=at_s, start_s=at_s + gap_s, price=price),
        moments,
        st.just(0.0) | st.floats(0, 30),
        st.floats(-0.1, 1.5),
    ),
    max_size=40,
)
bounds = st.builds(
    lambda shortest, more, most: SceneBounds(
        shortest_s=shortest, target_s=shortest + more, longest_s=shortest + more + most
    ),
    st.floats(1, 30),
    st.floats(0, 60),
    st.floats(0, 200),
)


@given(places=places, duration_s=st.floats(0.1, 600), bounds=bounds)
def test_scenes_are_in_order_disjoint_inside_the_video_and_within_the_bounds(
    places: list[Candidate], duration_s: float, bounds: SceneBounds
) -> None:
    scenes = merge(places, duration_s=duration_s, bounds=bounds)
    edges = [edge for scene in scenes for edge in (scene.start_s, scene.end_s)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= duration_s for edge in edges)
    if duration_s >= bounds.shortest_s:
        lengths = [scene.end_s - scene.start_s for scene in scenes]
        assert all(bounds.shortest_s - 1e-9 <= length <= bounds.longest_s + 1e-9 for length in lengths)


@given(places=places, duration_s=st.floats(20, 600))
def test_scenes_begin_and_end_at_candidates_or_at_the_ends_of_the_video(
    places: list[Candidate], duration_s: float
) -> None:
    starts = {0.0} | {place.start_s for place in places}
    ends = {duration_s} | {place.end_s for place in places}
    for scene in merge(places, duration_s=duration_s, bounds=BOUNDS):
        assert scene.start_s in starts
        assert scene.end_s in ends


@given(places=places, duration_s=st.floats(20, 600), order=st.randoms())
def test_the_order_in_which_candidates_are_told_does_not_matter(
    places: list[Candidate],
    duration_s: float,
    order: Random,
) -> None:
    before = merge(places, duration_s=duration_s, bounds=BOUNDS)
    order.shuffle(places)
    assert merge(places, duration_s=duration_s, bounds=BOUNDS) == before


@given(places=places, duration_s=st.floats(20, 600))
def test_a_candidate_told_twice_changes_nothing(places: list[Candidate], duration_s: float) -> None:
    once = merge(places, duration_s=duration_s, bounds=BOUNDS)
    assert merge(places + places, duration_s=duration_s, bounds=BOUNDS) == once


@given(
    lengths=st.lists(st.floats(0.5, 60), min_size=1, max_size=20),
    levels=st.lists(st.integers(20, 235), min_size=20, max_size=20),
)
def test_every_boundary_between_shots_is_a_candidate_and_every_long_video_is_covered(
    lengths: list[float], levels: list[int]
) -> None:
    seen, boundaries = film(*zip(levels, lengths, strict=False))
    found = candidates(seen, boundaries)
    assert {boundary.at_s for boundary in boundaries} <= {place.end_s for place in found}
    if seen.duration_s >= BOUNDS.shortest_s:
        scenes = merge(found, duration_s=seen.duration_s, bounds=BOUNDS)
        covered = sum(scene.end_s - scene.start_s for scene in scenes)
        assert abs(covered - seen.duration_s) < 1e-6


def test_a_short_video_is_one_scene() -> None:
    assert merge([cut(3)], duration_s=6, bounds=BOUNDS) == [Interval(start_s=0, end_s=6)]


def test_scenes_end_at_cheap_places_near_the_target() -> None:
    cuts = [cut(12), cut(41), cut(60), cut(79)]
    scenes = merge(cuts, duration_s=120, bounds=BOUNDS)
    assert scenes == [
        Interval(start_s=0, end_s=41),
        Interval(start_s=41, end_s=79),
        Interval(start_s=79, end_s=120),
    ]


def test_black_belongs_to_no_scene() -> None:
    black = Candidate(end_s=40, start_s=43, price=-0.1)
    ends = [Candidate(end_s=0, start_s=2, price=-0.1), Candidate(end_s=80, start_s=83, price=-0.1)]
    assert merge([black, *ends], duration_s=83, bounds=BOUNDS) == [
        Interval(start_s=2, end_s=40),
        Interval(start_s=43, end_s=80),
    ]


def test_an_hour_in_one_shot_is_parted_all_the_same() -> None:
    seen, boundaries = film((100, 3600))
    scenes = merge(candidates(seen, boundaries), duration_s=3600, bounds=BOUNDS)
    assert all(40 <= scene.end_s - scene.start_s <= 100 for scene in scenes)
    assert scenes[0].start_s == 0
    assert scenes[-1].end_s == 3600


def test_a_long_talk_is_parted_in_its_silences_at_about_the_target() -> None:
    silences = [Candidate(end_s=at_s, start_s=at_s, price=0.75) for at_s in range(7, 1200, 7)]
    scenes = merge(silences, duration_s=1200, bounds=BOUNDS)
    assert all(30 <= scene.end_s - scene.start_s <= 80 for scene in scenes)


def test_people_who_talk_in_turn_are_not_parted_but_a_new_place_is() -> None:
    talk = [(40, 4.0), (120, 4.0)] * 5
    elsewhere = [(200, 4.0), (230, 4.0)] * 5
    seen, boundaries = film(*talk, *elsewhere)
    scenes = merge(candidates(seen, boundaries), duration_s=80, bounds=SceneBounds(target_s=30))
    assert [scene.end_s for scene in scenes] == [40.0, 80.0]

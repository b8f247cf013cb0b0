"""What may be asked for."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.errors import (
    ExportRefused,
    IdempotencyConflict,
    InvalidRecipe,
    InvalidTrim,
    QuotaExceeded,
    SceneTooLong,
    UnknownQuality,
    UnknownStrategy,
)
from processing.requests import ExportLimits, ExportRequest, accepted, check_interval, draft
from storage.admission import Admission, Outcome
from storage.models import Export, ExportStatus, Quota
from tests import samples
from tests.samples import NOON

SCENE = samples.scene(samples.video(), start_s=10.0, end_s=400.0)
REQUEST = ExportRequest(scene_id=SCENE.id, recipe=samples.RECIPE, user_id="ana", start_s=20.0, end_s=30.0)


def drafted(**changes: object) -> Export:
    return draft(samples.varied(REQUEST, **changes), SCENE, limits=ExportLimits(), now=NOON)


def test_a_draft_is_pending_and_has_the_trim_of_the_request() -> None:
    export = drafted()
    assert (export.status, export.start_s, export.end_s) == (ExportStatus.PENDING, 20.0, 30.0)
    assert (export.scene_id, export.video_id, export.title) == (SCENE.id, SCENE.video_id, SCENE.title)


def test_without_a_trim_the_scene_is_taken_whole() -> None:
    short = replace(SCENE, end_s=60.0)
    export = draft(replace(REQUEST, start_s=None, end_s=None), short, limits=ExportLimits(), now=NOON)
    assert (export.start_s, export.end_s) == (10.0, 60.0)


def test_names_and_tokens_are_never_the_same_twice() -> None:
    drafts = [drafted() for _ in range(50)]
    assert len({export.id for export in drafts}) == len({export.token for export in drafts}) == 50


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"strategy": "sideways"}, UnknownStrategy, id="strategy"),
        pytest.param({"quality": "best"}, UnknownQuality, id="quality"),
        pytest.param({"focus": -1}, InvalidRecipe, id="left-of-the-picture"),
        pytest.param({"focus": 101}, InvalidRecipe, id="right-of-the-picture"),
        pytest.param({"target_mb": 0.2}, InvalidRecipe, id="too-small-a-file"),
        pytest.param({"target_mb": math.nan}, InvalidRecipe, id="a-size-that-is-no-number"),
        pytest.param({"start_s": 9.9}, InvalidTrim, id="before-the-scene"),
        pytest.param({"end_s": 400.1}, InvalidTrim, id="past-the-scene"),
        pytest.param({"start_s": 30.0}, InvalidTrim, id="empty"),
        pytest.param({"start_s": 31.0}, InvalidTrim, id="backwards"),
        pytest.param({"end_s": math.inf}, InvalidTrim, id="endless"),
        pytest.param({"start_s": math.nan}, InvalidTrim, id="not-a-number"),
        pytest.param({"end_s": 200.001}, SceneTooLong, id="a-thousandth-too-long"),
        pytest.param({"start_s": None, "end_s": None}, SceneTooLong, id="the-whole-scene-too-long"),
    ],
)
def test_a_draft_is_refused(changes: dict[str, object], refusal: type[ExportRefused]) -> None:
    with pytest.raises(refusal):
        drafted(**changes)


@pytest.mark.parametrize(
    ("said", "same_as"),
    [
        pytest.param({"strategy": "center_crop", "focus": 20}, {"focus": 20}, id="a-crop-looks-there"),
        pytest.param(
            {"strategy": "auto", "focus": 20}, {"strategy": "auto", "focus": 20}, id="auto-may-crop"
        ),
        pytest.param({"strategy": "letterbox", "focus": 20}, {"strategy": "letterbox"}, id="letterbox"),
        pytest.param({"strategy": "blur_fill", "focus": 20}, {"strategy": "blur_fill"}, id="blur"),
        pytest.param({"target_mb": 60.0}, {}, id="no-less-than-allowed-anyway"),
        pytest.param({"target_mb": 59.9}, {"target_mb": 59.9}, id="less-than-allowed"),
        pytest.param({"normalize_loudness": False}, {"normalize_loudness": False}, id="loudness"),
    ],
)
def test_what_makes_no_difference_is_as_if_nobody_had_said_it(
    said: dict[str, object], same_as: dict[str, object]
) -> None:
    assert drafted(**said).recipe == samples.varied(REQUEST, **same_as).recipe


@given(start_ms=st.integers(0, 200_000))
def test_exactly_the_longest_is_allowed_wherever_it_starts(start_ms: int) -> None:
    scene = replace(SCENE, start_s=start_ms / 1000, end_s=(start_ms + 180_000) / 1000)
    draft(replace(REQUEST, start_s=None, end_s=None), scene, limits=ExportLimits(), now=NOON)


@given(start_ms=st.integers(0, 100_000))
def test_exactly_the_shortest_is_allowed_wherever_it_starts(start_ms: int) -> None:
    check_interval(start_ms / 1000, (start_ms + 100) / 1000, within=(0.0, 200.0), what="video")


@pytest.mark.parametrize(
    ("outcome", "refusal", "said"),
    [
        (Outcome.OVER_QUOTA, QuotaExceeded, "All 10 exports"),
        (Outcome.TOO_MANY_FAILURES, QuotaExceeded, "failed or were cancelled"),
        (Outcome.CONFLICT, IdempotencyConflict, "different request"),
    ],
)
def test_the_databases_no_becomes_a_sentence(
    outcome: Outcome, refusal: type[ExportRefused], said: str
) -> None:
    quota = Quota(used=10, limit=10, resets_at=NOON + timedelta(hours=12))
    with pytest.raises(refusal, match=said):
        accepted(Admission(outcome=outcome, quota=quota))

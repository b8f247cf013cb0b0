"""The words: which step may follow which, and what is left of a day."""

import pytest

from storage.identifiers import ALPHABET, new_id, new_token
from storage.models import ACTIVE, COUNTED, TRANSITIONS, ExportStatus, Quota, sources_of
from tests.samples import NOON

ARROWS = {
    ("pending", "processing"),
    ("pending", "cancelled"),
    ("processing", "pending"),
    ("processing", "completed"),
    ("processing", "failed"),
    ("processing", "cancelled"),
    ("completed", "expired"),
}


def test_these_steps_there_are_and_no_others() -> None:
    assert {
        (str(before), str(after)) for before, targets in TRANSITIONS.items() for after in targets
    } == ARROWS
    assert {(str(before), str(after)) for after in ExportStatus for before in sources_of(after)} == ARROWS


def test_only_active_exports_can_still_be_called_off() -> None:
    assert sources_of(ExportStatus.CANCELLED) == ACTIVE


def test_what_ended_early_is_not_counted() -> None:
    assert set(ExportStatus) - COUNTED == {ExportStatus.FAILED, ExportStatus.CANCELLED}


@pytest.mark.parametrize(("used", "remaining"), [(0, 10), (9, 1), (10, 0), (11, 0)])
def test_what_is_left_of_a_day_is_never_less_than_nothing(used: int, remaining: int) -> None:
    assert Quota(used=used, limit=10, resets_at=NOON).remaining == remaining


def test_names_can_be_typed_and_tokens_cannot_be_guessed() -> None:
    prefix, _, name = new_id("exp").partition("_")
    assert (prefix, len(name)) == ("exp", 10)
    assert set(name) <= set(ALPHABET)
    assert len(new_token()) == 32

"""What the user is told when something went wrong."""

import pytest

from bot.chat.languages import words_for
from bot.chat.refusals import Refused, sentence
from processing.errors import InvalidTrim, QuotaExceeded, Refusal, RenderFailed, SourceRefused
from tests.bot.chat.samples import NOON

EN, DE = words_for("en-US"), words_for("de")


@pytest.mark.parametrize(
    ("error", "english", "german"),
    [
        pytest.param(
            QuotaExceeded("spent", limit=10, resets_at=NOON),
            "All 10 of today's shorts are used. Your quota resets <t:1772366400:R>.",
            "Alle 10 Shorts von heute sind verbraucht. Neue gibt es <t:1772366400:R>.",
            id="quota",
        ),
        pytest.param(
            SourceRefused(Refusal.NOT_MEDIA, "/srv/secret"),
            "The file is not a video.",
            "Die Datei ist kein Video.",
            id="source",
        ),
        pytest.param(
            Refused("not_yours"), "This short is not yours.", "Dieser Short gehört dir nicht.", id="own"
        ),
        pytest.param(InvalidTrim("Only English."), "Only English.", "Only English.", id="unknown-to-us"),
        pytest.param(RenderFailed("It broke.", "/srv/secret"), "It broke.", "It broke.", id="no-detail"),
    ],
)
def test_each_error_has_its_sentence(error: Exception, english: str, german: str) -> None:
    assert sentence(error, EN) == english
    assert sentence(error, DE) == german


@pytest.mark.parametrize("error", [KeyError("/srv/secret"), OSError(28, "No space", "/srv/secret")])
def test_what_is_our_fault_has_none(error: Exception) -> None:
    assert sentence(error, EN) is None

"""Every language says all that there is to say."""

import re
from dataclasses import replace
from string import Formatter
from typing import Any

import discord
import pytest
from discord.app_commands import TranslationContext, TranslationContextLocation, locale_str

from bot.chat.commands import COMMANDS
from bot.chat.languages import LANGUAGES, CommandTranslator, english, german, words_for
from processing import exporter, fulfilment
from processing.errors import InvalidRecipe, Refusal
from processing.loudness import Loudness, confession
from processing.picture import note_of_size
from processing.quality import QUALITIES
from processing.recipes import check_recipe
from processing.strategies import STRATEGIES
from processing.strategies.base import Picture
from tests.samples import RECIPE

FROM_BELOW = [
    *(reason.value for reason in Refusal),
    *(strategy.summary for strategy in STRATEGIES.values()),
    *(quality.summary for quality in QUALITIES.values()),
    fulfilment.OUR_FAULT,
    exporter.WORN_OUT,
    fulfilment.SOURCE_GONE,
]
#: One of each form that a note on a short, or a refusal with a number in it, may have.
WITH_VALUES = [STRATEGIES["auto"].settled(Picture(width=width, height=9), STRATEGIES)[1] for width in (5, 16)]
WITH_VALUES += [
    confession(Loudness(integrated_lufs=-20.5, range_lu=1, peak_dbtp=-1)),
    note_of_size(9_500_000),
    "black bars were cut off: 1920x800 is left",
    "tone-mapped from HDR10",
    "colours may look pale: this ffmpeg cannot tone-map",
    "The scene cannot be made to fit 9.5 MB.",
]


@pytest.mark.parametrize("sentence", WITH_VALUES)
def test_a_sentence_with_values_keeps_them_in_german(sentence: str) -> None:
    said = words_for("de").sentence(sentence)
    assert said != sentence
    assert re.findall(r"-?[\d.]+\d%?|HDR10", said) == re.findall(r"-?[\d.]+\d%?|HDR10", sentence)


@pytest.mark.parametrize(
    ("change", "says"), [({"focus": 101}, "Blickpunkt"), ({"target_mb": 0.1}, "mindestens 1.50 MB")]
)
def test_a_recipe_is_refused_in_german_too(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidRecipe) as refused:
        check_recipe(replace(RECIPE, **change), duration_s=60)
    assert says in words_for("de").sentence(str(refused.value))


def values_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_there_are_two_languages() -> None:
    assert set(LANGUAGES) == {"en", "de"}


@pytest.mark.parametrize("language", [german], ids=["de"])
def test_a_language_has_the_same_texts_with_the_same_values(language: object) -> None:
    texts: dict[str, str] = language.TEXTS  # type: ignore[attr-defined]
    assert {key: values_in(text) for key, text in texts.items()} == {
        key: values_in(text) for key, text in english.TEXTS.items()
    }


@pytest.mark.parametrize("sentence", FROM_BELOW)
def test_what_the_rooms_below_say_is_known_in_german(sentence: str) -> None:
    assert sentence in german.SENTENCES


@pytest.mark.parametrize(
    ("locale", "says"), [("de", "Abbrechen"), ("en-GB", "Cancel"), ("fr", "Cancel"), ("", "Cancel")]
)
def test_a_locale_finds_its_language_or_english(locale: str, says: str) -> None:
    assert words_for(locale)("button.cancel") == says


async def test_every_text_of_every_command_is_short_enough_and_translated() -> None:
    translator = CommandTranslator()
    context = TranslationContext(TranslationContextLocation.other, None)
    strings = [string for command in COMMANDS for string in texts_of(command)]
    assert strings
    for string in strings:
        german_text = await translator.translate(string, discord.Locale.german, context)
        assert german_text is not None, string.message
        assert len(german_text) <= 100
        assert len(string.message) <= 100
        assert await translator.translate(string, discord.Locale.british_english, context) is None


def texts_of(command: object) -> list[locale_str]:
    """Descriptions and choices, of a command or of each in a group. Names stay as they are."""
    found = [getattr(command, "_locale_description", None)]
    for parameter in getattr(command, "_params", {}).values():
        found += [parameter.description, *(choice._locale_name for choice in parameter.choices or [])]
    texts = [text for text in found if isinstance(text, locale_str)]
    for child in getattr(command, "commands", []):
        texts += texts_of(child)
    return texts


def test_no_text_ends_in_a_blank_or_doubles_one() -> None:
    for language in (english, german):
        for key, text in language.TEXTS.items():
            assert text == text.strip(), key
            assert not re.search("  ", text), key

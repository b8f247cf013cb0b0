"""Every language says all that there is to say."""

import re
from string import Formatter

import discord
import pytest
from discord.app_commands import TranslationContext, TranslationContextLocation, locale_str

from bot.chat.commands import COMMANDS
from bot.chat.languages import LANGUAGES, CommandTranslator, english, german, words_for
from processing import exporter, fulfilment
from processing.errors import Refusal
from processing.quality import QUALITIES
from processing.strategies import STRATEGIES

FROM_BELOW = [
    *(reason.value for reason in Refusal),
    *(strategy.summary for strategy in STRATEGIES.values()),
    *(quality.summary for quality in QUALITIES.values()),
    fulfilment.OUR_FAULT,
    exporter.WORN_OUT,
    fulfilment.SOURCE_GONE,
]


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

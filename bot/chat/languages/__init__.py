"""The languages that the bot speaks. One a file, or a folder; this folder finds them."""

import importlib
import pkgutil
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import discord
from discord.app_commands import TranslationContextTypes, Translator, locale_str

#: What is spoken to whoever speaks none of ours.
DEFAULT = "en"


class Words:
    """The texts of one language."""

    def __init__(self, texts: Mapping[str, str], sentences: Mapping[str, str]) -> None:
        self._texts = texts
        self._sentences = sentences
        self._patterns = {
            re.compile(re.escape(english).replace(re.escape("{}"), "(.+)")): said
            for english, said in sentences.items()
            if "{}" in english
        }

    def __call__(self, key: str, **values: Any) -> str:
        """The text of that name, with its values."""
        return self._texts[key].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def sentence(self, english: str) -> str:
        """What a room below has said in English, in this language as far as it is known.

        A sentence with values in it is known by its form, where `{}` stands for each.
        """
        if english in self._sentences:
            return self._sentences[english]
        for form, said in self._patterns.items():
            if values := form.fullmatch(english):
                return said.format(*values.groups())
        return english


def _found() -> dict[str, Words]:
    modules = [
        importlib.import_module(found.name) for found in pkgutil.iter_modules(__path__, f"{__name__}.")
    ]
    return {module.LANGUAGE: Words(module.TEXTS, module.SENTENCES) for module in modules}


#: language -> its words.
LANGUAGES: Mapping[str, Words] = MappingProxyType(_found())


def words_for(locale: str) -> Words:
    """The words for a locale of Discord's, such as `de` or `en-GB`."""
    return LANGUAGES.get(locale.partition("-")[0], LANGUAGES[DEFAULT])


def said(key: str) -> locale_str:
    """A text of a command's, for Discord to show in the user's language."""
    return locale_str(LANGUAGES[DEFAULT](key), key=key)


class CommandTranslator(Translator):
    """Gives Discord the texts of commands in every language but the default one."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """The text in that locale; None where it would be the default one again."""
        language = locale.value.partition("-")[0]
        if language == DEFAULT or language not in LANGUAGES:
            return None
        words = LANGUAGES[language]
        key = string.extras.get("key")
        text = words(key) if key else words.sentence(string.message)
        return None if text == string.message else text

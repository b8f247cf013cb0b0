"""German."""

from bot.chat.languages.german.sentences import SENTENCES
from bot.chat.languages.german.texts import TEXTS

__all__ = ["LANGUAGE", "SENTENCES", "TEXTS"]

LANGUAGE = "de"

"""How texts are compared where capitals, and the ways to write an umlaut, make no difference."""

import unicodedata


def folded(text: str) -> str:
    """The text, for comparisons alone. SQLite's own LIKE knows the capitals of ASCII only."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())

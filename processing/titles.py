"""What somebody calls a thing, made fit to be shown."""

import unicodedata

CHARACTERS = 100
#: They join emoji to one, and part letters of some scripts: of no use but inside a word.
_JOINERS = "\u200c\u200d"
#: Printable, says Unicode, yet blank: fillers of Hangul, vowels of Khmer, Braille without a dot.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def one_line(said: str | None) -> str:
    """What somebody wrote, as one line that is safe to show; empty where nothing is left to be seen."""
    text = "".join(character if _is_kept(character) else " " for character in said or "")
    words = filter(None, (word.strip(_JOINERS) for word in text.split()))
    line = " ".join(words)[:CHARACTERS].rstrip(_JOINERS)
    # marks alone stand on nothing
    return line if any(unicodedata.category(character)[0] in "LNPS" for character in line) else ""


def _is_kept(character: str) -> bool:
    return character in _JOINERS or (character.isprintable() and character not in _BLANK)

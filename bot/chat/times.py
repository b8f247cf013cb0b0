"""Reads times as people type them: seconds, or `[HH:]MM:SS[.mmm]`."""

import re

from bot.chat.refusals import Refused

#: So many digits that any video fits, and no more than a number may have.
PATTERN = re.compile(r"(?:(?:(\d{1,9}):)?(\d{1,9}):)?(\d{1,9}(?:[.,]\d{1,9})?)")


def seconds(text: str | None) -> float | None:
    """The time in seconds; None when none was given.

    Raises:
        Refused: it is not a time.
    """
    if not text:
        return None
    found = PATTERN.fullmatch(text.strip())
    if found is None:
        raise Refused("bad_time")
    hours, minutes, rest = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(rest.replace(",", "."))

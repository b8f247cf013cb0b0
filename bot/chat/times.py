"""Reads times as people type them: seconds, or `[HH:]MM:SS[.mmm]`."""

import re

from bot.chat.refusals import Refused

PATTERN = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d+)?)")


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

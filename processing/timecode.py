"""Reads and writes moments of a video the way editors do: `75.5`, `1:15.5`, `00:01:15.500`."""

import re

_TIMECODE = re.compile(
    r"(?:(?:(?P<hours>\d+):)?(?P<minutes>\d+):)?(?P<seconds>\d+(?:\.\d*)?|\.\d+)", re.ASCII
)


def parse_timecode(text: str) -> float:
    """Seconds from plain seconds or `[HH:]MM:SS[.mmm]`.

    Raises:
        ValueError: the text is neither; the message is fit to be shown.
    """
    found = _TIMECODE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a time: write seconds (75.5) or [HH:]MM:SS[.mmm] (1:15.5)")
    hours, minutes = int(found["hours"] or 0), int(found["minutes"] or 0)
    seconds = float(found["seconds"])
    if (found["minutes"] and seconds >= 60) or (found["hours"] and minutes >= 60):
        raise ValueError(f"{text!r} is not a time: behind a colon, 59 is the most")
    return hours * 3600 + minutes * 60 + seconds


def format_timecode(seconds: float) -> str:
    """`M:SS` or `H:MM:SS`, with tenths where there are any."""
    tenths = round(seconds * 10)
    hours, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    whole, tenth = divmod(rest, 10)
    tail = f"{whole:02d}.{tenth}" if tenth else f"{whole:02d}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"

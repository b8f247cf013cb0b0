"""The units that H.264 comes in (clause 7.4.1)."""

import re

#: Kinds of units (table 7-1): a coded slice, the parts of one, and a slice of a picture to begin with.
SLICE, PARTS, KEY_SLICE = 1, frozenset({2, 3, 4}), 5

_FORBIDDEN = re.compile(rb"\0\0(?=[\0-\3])")


def kind(head: int) -> int:
    """The kind of a unit, by its first byte."""
    return head & 0x1F


def unescaped(unit: bytes) -> bytes:
    """The unit without the bytes that keep it from looking like the begin of another."""
    return unit.replace(b"\0\0\3", b"\0\0")


def escaped(unit: bytes) -> bytes:
    """The unit with such bytes, so that nothing in it looks like the begin of another."""
    made = _FORBIDDEN.sub(b"\0\0\3", unit)
    return made + b"\3" if made.endswith(b"\0") else made

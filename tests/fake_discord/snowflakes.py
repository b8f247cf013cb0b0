"""Makes Discord's ids: the time in milliseconds since 2015, then a counter."""

import itertools
import time

EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Hands out ids that grow, as text."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def next(self) -> str:
        return str((int(time.time() * 1000) - EPOCH_MS << 22) | (next(self._numbers) & 0xFFF))

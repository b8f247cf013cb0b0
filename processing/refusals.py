"""Counts the requests for exports that were refused, through whichever door they came."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from processing.errors import ExportRefused


class Refusals:
    """How many since the start, by the code of the reason."""

    def __init__(self) -> None:
        self.by_code: Counter[str] = Counter()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count a refusal that leaves the block: a face may know of it before it asks the exporter."""
        try:
            yield
        except ExportRefused as error:
            self.by_code[error.code] += 1
            raise

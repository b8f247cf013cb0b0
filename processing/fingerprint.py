"""Names a file by its bytes, so that the same bytes are held once."""

import hashlib
from pathlib import Path

from processing.calling_off import still_wanted

PIECE_BYTES = 1 << 20


def fingerprint(path: Path) -> str:
    """The digest of all of the file. Raises what `still_wanted` raises: a large one takes seconds."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            still_wanted()
            digest.update(piece)
    return digest.hexdigest()

"""What can go wrong here."""


class NotUnderstood(Exception):
    """A file or its H.264 is of a kind that no encoder of ours writes."""


def demand(holds: bool, otherwise: str) -> None:
    """Go on only where that holds.

    Raises:
        NotUnderstood: it does not, and says so.
    """
    if not holds:
        raise NotUnderstood(otherwise)

"""What somebody calls a thing, made fit to be shown."""

CHARACTERS = 100


def one_line(said: str | None) -> str:
    """What somebody wrote, as one line that is safe to show; empty where nothing is left."""
    text = "".join(character if character.isprintable() else " " for character in said or "")
    return " ".join(text.split())[:CHARACTERS]

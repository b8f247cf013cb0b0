"""Whatever an error tells the user, in whichever room it is raised, is told in German too."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.chat.languages import words_for
from processing import errors
from processing.errors import ExportError

ROOT = Path(__file__).parents[3]
#: What is told over HTTP or on a terminal alone, and what stands for a reason that has words of its own.
ELSEWHERE = {"bot/web", "bot/commands", "processing/cutting.py"}
#: In place of what an error names: a number, but for those that are words.
NAMED = {"what": ("scene", "video")}

EN, DE = words_for("en-US"), words_for("de")
KINDS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, ExportError) and f"refused.{kind.code}" not in DE
} - {"SourceRefused", "IdempotencyConflict"}


def raised() -> Iterator[tuple[str, str]]:
    """Where, and with which sentence."""
    for package in ("processing", "bot"):
        for path in sorted((ROOT / package).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if not any(place.startswith(elsewhere) for elsewhere in ELSEWHERE):
                for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if (
                        isinstance(call, ast.Call)
                        and isinstance(call.func, ast.Name)
                        and call.func.id in KINDS
                    ):
                        for sentence in said(call.args[0], place):
                            yield place, sentence


def said(told: ast.expr, place: str) -> Iterator[str]:
    """The sentence, with something in the place of each value in it."""
    if isinstance(told, ast.Constant):
        yield str(told.value)
    elif isinstance(told, ast.Name):
        module = importlib.import_module(place.removesuffix(".py").replace("/", "."))
        yield getattr(module, told.id)
    else:
        assert isinstance(told, ast.JoinedStr), f"{place}: {ast.unparse(told)}"
        values = {ast.unparse(part.value) for part in told.values if isinstance(part, ast.FormattedValue)}
        for word in next((NAMED[value] for value in values if value in NAMED), ("",)):
            parts = [
                str(part.value)
                if isinstance(part, ast.Constant)
                else (word if ast.unparse(part.value) in NAMED else "7")  # type: ignore[attr-defined]
                for part in told.values
            ]
            yield "".join(parts)


RAISED = sorted(set(raised()))


def test_the_rooms_below_were_found_to_say_something() -> None:
    assert ("bot/hops.py", "The address is not public.") in RAISED
    assert ("processing/requests.py", "Start and end must lie inside the video, 7 s to 7 s.") in RAISED


@pytest.mark.parametrize(("place", "sentence"), RAISED)
def test_what_is_said_in_a_room_below_is_known_in_german(place: str, sentence: str) -> None:
    assert DE.sentence(sentence) != sentence
    assert DE.sentence(sentence).count("7") == sentence.count("7")
    assert EN.sentence(sentence) == sentence

"""The page about Discord names every command and every button, and its pictures show today's cards."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from discord import app_commands

from bot.chat.commands import COMMANDS
from bot.chat.names import Action

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "discord.md").read_text(encoding="utf-8")


def drawing() -> ModuleType:
    """The script that draws the pictures; it is no part of a package."""
    spec = importlib.util.spec_from_file_location("cards_drawn", DOCS / "pictures" / "cards.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CARDS = drawing()


def named() -> list[str]:
    names = []
    for command in COMMANDS:
        if isinstance(command, app_commands.Group):
            names += [f"`/{child.qualified_name}" for child in command.commands]
        elif isinstance(command, app_commands.ContextMenu):
            names.append(f"`{command.name}`")
        else:
            names.append(f"`/{command.name}")
    return names


@pytest.mark.parametrize("name", named())
def test_every_command_is_on_the_page(name: str) -> None:
    assert name in PAGE


@pytest.mark.parametrize("action", list(Action))
def test_every_button_is_on_the_page(action: Action) -> None:
    assert f"`{action}:`" in PAGE


#: Each picture, and what it is for.
SHOWN = {
    "card.png": ["rendering · about 0:17 left", "your short is ready", "Delete now"],
    "miniature.png": ["38.7 MB", "This is a smaller preview"],
    "scenes.png": ["Trim and export", "about 14.2 MB, made in about 0:45"],
    "preview.png": ["how shall it become tall?", "Letterbox"],
    "batch.png": ["Shorts: 1 of 3 done", "Left out: Minibrot"],
}


@pytest.mark.parametrize("name", SHOWN)
async def test_a_picture_is_on_the_page_and_its_cards_can_still_be_drawn(name: str) -> None:
    assert f"(pictures/{name})" in PAGE
    assert (DOCS / "pictures" / name).stat().st_size > 10_000
    drawn = "".join(CARDS.PICTURES[name]())
    assert [part for part in SHOWN[name] if part not in drawn] == []


def test_no_picture_is_drawn_that_nobody_looks_at() -> None:
    assert set(CARDS.PICTURES) == set(SHOWN)

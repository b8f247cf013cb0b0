"""The page about Discord names every command and every button."""

from pathlib import Path

import pytest
from discord import app_commands

from bot.chat.commands import COMMANDS
from bot.chat.names import Action

PAGE = (Path(__file__).parents[3] / "docs" / "discord.md").read_text(encoding="utf-8")


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

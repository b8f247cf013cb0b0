"""The pytest plugin: a fake Discord for a test, and a line that says when the document was not there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.fake_discord.openapi import LEFT_OUT, find
from tests.fake_discord.server import FakeDiscord


@asynccontextmanager
async def judged() -> AsyncIterator[FakeDiscord]:
    """A fake Discord that fails the block at its end when Discord would have complained about anything."""
    async with FakeDiscord(openapi=find()) as discord:
        yield discord
    assert discord.violations == []


@pytest.fixture
async def discord_server() -> AsyncIterator[FakeDiscord]:
    """Runs for one test, and is judged at its end.

    A test that provokes a violation on purpose empties the list before it ends.
    """
    async with judged() as discord:
        yield discord


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if find() is None:
        terminalreporter.write_line(LEFT_OUT, yellow=True)

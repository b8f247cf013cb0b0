"""The pytest plugin: a fake Discord for a test, and a line that says when the document was not there."""

from collections.abc import AsyncIterator

import pytest

from tests.fake_discord.openapi import LEFT_OUT, find
from tests.fake_discord.server import FakeDiscord


@pytest.fixture
async def discord_server() -> AsyncIterator[FakeDiscord]:
    """Runs for one test, and fails it at the end when Discord would have complained about anything.

    A test that provokes a violation on purpose empties the list before it ends.
    """
    async with FakeDiscord(openapi=find()) as discord:
        yield discord
    assert discord.violations == []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if find() is None:
        terminalreporter.write_line(LEFT_OUT, yellow=True)

"""Fixtures that the whole suite shares."""

pytest_plugins = ["tests.fake_discord.fixtures"]

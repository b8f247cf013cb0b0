"""A Discord on loopback that works: gateway, REST and CDN, behind a proxy that leads nowhere else.

    async def test_a_short_is_posted(discord_server: FakeDiscord) -> None:
        alice = discord_server.add_user("alice")
        guild = discord_server.add_guild("studio", [alice])   # before the bot starts, so that it hears of it
        ...                                                   # start a bot with discord_server.environment()
        interaction = await discord_server.slash("export", user=alice, channel=guild.channels[0], ...)
        message = await interaction.wait_for(lambda message: message.links)
        assert "expires" in message.text

The fixture `discord_server` fails the test at its end when `violations` is not empty.
"""

from tests.fake_discord.faults import Fault
from tests.fake_discord.interactions import Answer, Callback, Interaction
from tests.fake_discord.messages import Edit, Message
from tests.fake_discord.server import FakeDiscord
from tests.fake_discord.world import Channel, Guild, Upload, User

__all__ = [
    "Answer",
    "Callback",
    "Channel",
    "Edit",
    "FakeDiscord",
    "Fault",
    "Guild",
    "Interaction",
    "Message",
    "Upload",
    "User",
]

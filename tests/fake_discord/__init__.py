"""A Discord on loopback that works: gateway, REST and CDN, behind a proxy that leads nowhere else."""

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

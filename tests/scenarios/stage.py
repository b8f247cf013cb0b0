"""The bot on simcord's Discord: a server with a channel, two members and one who manages it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import simcord

from tests.bot.chat.house import House, opened

#: A busy machine is slow, not wrong.
PATIENCE_S = 120.0


@dataclass(kw_only=True)
class Stage(House):
    """What a scenario plays with."""

    channel: simcord.ChannelHandle
    ana: simcord.MemberActor
    bob: simcord.MemberActor
    boss: simcord.MemberActor


@asynccontextmanager
async def staged(folder: Path, **settings: Any) -> AsyncIterator[Stage]:
    """The curtain is up."""
    async with (
        opened(folder, **settings) as house,
        # refusals are raised on purpose, and explained by the tree
        simcord.run(house.client, check_errors=False, settle_timeout=PATIENCE_S) as env,
    ):
        guild = env.create_guild()
        managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
        yield Stage(
            services=house.services,
            post=house.post,
            client=house.client,
            channel=guild.create_text_channel("general"),
            ana=guild.add_member(env.create_user("ana")),
            bob=guild.add_member(env.create_user("bob")),
            boss=guild.add_member(env.create_user("boss"), roles=[managers]),
        )


def text_of(parts: list[dict[str, Any]]) -> str:
    """All the words in these components."""
    words = []
    for part in parts:
        words += [part.get("content"), part.get("label")]
        words.append(text_of([*part.get("components", []), *filter(None, [part.get("accessory")])]))
    return "\n".join(filter(None, words))

"""How somebody on Discord asks for a short."""

from typing import Any

from tests.fake_discord import Channel, FakeDiscord, Interaction, User

RECIPE = {"strategy": "center_crop", "quality": "medium"}


async def ask(
    discord: FakeDiscord, scene: str, *, user: User, channel: Channel, **options: Any
) -> Interaction:
    """`/export` of a scene, always in the same way: the second of the same has the file of the first."""
    wanted = {"scene": scene, **RECIPE, **options}
    return await discord.slash("export", user=user, channel=channel, options=wanted)

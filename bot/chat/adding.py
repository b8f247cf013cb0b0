"""Takes a file that a user sent into the catalogue, and shows its scenes."""

import discord

from bot.chat.asking import place_of
from bot.chat.attachments import fetched
from bot.chat.client import Interaction
from bot.chat.listing import show_scenes


async def add_video(
    interaction: Interaction,
    attachment: discord.Attachment,
    *,
    title: str | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    shared: bool = False,
) -> None:
    """Answer a deferred interaction with the scenes of the new video: the part that was named, or the whole.

    When it is `shared`, the members of the server where the user is may make shorts of it.

    Raises:
        SourceRefused, InvalidTrim: no short can be made of it.
    """
    services = interaction.client.services
    async with fetched(attachment, services) as path:
        video = await services.library.add_video(
            path, owner_id=str(interaction.user.id), name=title or attachment.filename
        )
    if shared and (guild_id := place_of(interaction)):
        await services.videos.share(video.id, guild_id)
    if not await services.library.scenes_of(video):
        end_s = video.duration_s if end_s is None else end_s
        await services.library.add_scene(video, start_s=start_s or 0.0, end_s=end_s, title=title)
    await show_scenes(interaction, video_id=video.id)

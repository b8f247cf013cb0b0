"""Takes a file that a user sent into the catalogue, and shows its scenes."""

import discord

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
) -> None:
    """Answer a deferred interaction with the scenes of the new video: the part that was named, or the whole.

    Raises:
        SourceRefused, InvalidTrim: no short can be made of it.
    """
    services = interaction.client.services
    async with fetched(attachment, services) as path:
        video = await services.library.add_video(
            path, owner_id=str(interaction.user.id), name=title or attachment.filename
        )
    if not await services.library.scenes_of(video):
        end_s = video.duration_s if end_s is None else end_s
        await services.library.add_scene(video, start_s=start_s or 0.0, end_s=end_s, title=title)
    await show_scenes(interaction, video_id=video.id)

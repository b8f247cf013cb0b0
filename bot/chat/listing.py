"""Shows the scenes that are open to a user, a page at a time."""

import io

import discord

from bot.chat.asking import place_of
from bot.chat.client import Interaction
from bot.chat.facts import quota_of
from bot.chat.languages import words_for
from bot.chat.lists import SCENES_A_PAGE, ScenesPage, picture_name, room_for_pictures, scenes_card
from bot.chat.pictures import thumbnails

#: As many scenes as a select can offer: those of this page and of the next ones.
OFFERED = 25


async def show_scenes(interaction: Interaction, *, video_id: str | None = None, page: int = 0) -> None:
    """Make a deferred answer one page of scenes, of all videos or of one."""
    services, user_id = interaction.client.services, str(interaction.user.id)
    page = max(0, page)
    scenes = await services.scenes.listed(
        user_id,
        guild_id=place_of(interaction),
        video_id=video_id,
        at_most=OFFERED,
        skip=page * SCENES_A_PAGE,
    )
    longest_s = services.settings.limits.scene_s
    room = room_for_pictures(scenes, longest_s=longest_s)
    pictures = await thumbnails(scenes[:room], services)
    shown = ScenesPage(
        scenes=scenes,
        video_id=video_id,
        page=page,
        quota=await quota_of(user_id, services),
        longest_s=longest_s,
        pictured=pictures,
    )
    files = [
        discord.File(io.BytesIO(picture), filename=picture_name(scene_id))
        for scene_id, picture in pictures.items()
    ]
    card = scenes_card(shown, words_for(interaction.locale.value))
    await interaction.edit_original_response(view=card, attachments=files)

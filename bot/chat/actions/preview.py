"""Shows a scene under every strategy side by side, before any quota is spent."""

import io

import discord

from bot.chat.actions.base import Answered
from bot.chat.answering import acknowledge
from bot.chat.asking import open_scene
from bot.chat.client import Interaction
from bot.chat.languages import words_for
from bot.chat.lists import SHEET_NAME, preview_card
from bot.chat.names import Action, template
from bot.chat.refusals import Refused
from storage.files import NothingStored


class Preview(Answered, template=template(Action.PREVIEW, "scene_id")):
    """One picture, and a button to make the short in each of the ways."""

    async def answer(self, interaction: Interaction) -> None:
        """Make the picture, and show it to the user alone."""
        await acknowledge(interaction, ephemeral=True, thinking=True)
        services = interaction.client.services
        scene = await open_scene(interaction, self.parts["scene_id"])
        if (video := await services.videos.get(scene.video_id)) is None:
            raise Refused("no_video")
        try:
            sheet = await services.album.strategies(video, scene)
        except NothingStored:
            raise Refused("no_video") from None
        card = preview_card(scene, words_for(interaction.locale.value))
        picture = discord.File(io.BytesIO(sheet), filename=SHEET_NAME)
        await interaction.edit_original_response(view=card, attachments=[picture])

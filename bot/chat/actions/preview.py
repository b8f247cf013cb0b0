"""Shows a scene under every strategy side by side, before any quota is spent."""

import io

import discord

from bot.chat.actions.base import Answered
from bot.chat.asking import place_of
from bot.chat.client import Interaction
from bot.chat.languages import words_for
from bot.chat.lists import SHEET_NAME, preview_card
from bot.chat.names import Action, template
from processing.errors import SceneNotFound


class Preview(Answered, template=template(Action.PREVIEW, "scene_id")):
    """One picture, and a button to make the short in each of the ways."""

    async def answer(self, interaction: Interaction) -> None:
        """Make the picture, and show it to the user alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        scene = await interaction.client.services.scenes.open_to(
            self.parts["scene_id"], user_id=str(interaction.user.id), guild_id=place_of(interaction)
        )
        if scene is None:
            raise SceneNotFound("There is no such scene.")
        sheet = await interaction.client.pictures.sheet(scene)
        card = preview_card(scene, words_for(interaction.locale.value))
        picture = discord.File(io.BytesIO(sheet), filename=SHEET_NAME)
        await interaction.edit_original_response(view=card, attachments=[picture])

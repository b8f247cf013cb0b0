"""Makes the same short once more."""

from bot.chat.actions.base import Answered
from bot.chat.asking import ask_for_short
from bot.chat.client import Interaction
from bot.chat.names import Action, template


class Repeat(Answered, template=template(Action.REPEAT, "export_id")):
    """A new export from the recipe of an old one; it counts."""

    async def answer(self, interaction: Interaction) -> None:
        """Ask for it in a message of its own."""
        export = await self.own_export(interaction)
        await ask_for_short(
            interaction,
            scene_id=export.scene_id,
            recipe=export.recipe,
            start_s=export.start_s,
            end_s=export.end_s,
            private=interaction.message is not None and interaction.message.flags.ephemeral,
        )

"""Makes another short of the same scene."""

from bot.chat.actions.base import Answered
from bot.chat.client import Interaction
from bot.chat.modals import open_export_modal
from bot.chat.names import Action, template


class Another(Answered, template=template(Action.ANOTHER, "export_id")):
    """Opens the modal with what was chosen last time."""

    async def answer(self, interaction: Interaction) -> None:
        """Ask how it is to be made this time."""
        export = await self.own_export(interaction)
        await open_export_modal(interaction, scene_id=export.scene_id, last=export.recipe)

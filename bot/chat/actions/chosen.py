"""Makes a short of a scene in the way that its preview showed."""

from bot.chat.actions.base import Answered
from bot.chat.client import Interaction
from bot.chat.modals import open_export_modal
from bot.chat.names import Action, template


class Chosen(Answered, template=template(Action.CHOSEN, "scene_id", "strategy")):
    """Opens the window with that strategy chosen."""

    async def answer(self, interaction: Interaction) -> None:
        """Ask for the rest."""
        await open_export_modal(interaction, scene_id=self.parts["scene_id"], strategy=self.parts["strategy"])

"""Makes a short of a part of a scene that is longer than a short may be."""

from bot.chat.actions.base import Answered
from bot.chat.client import Interaction
from bot.chat.modals import open_export_modal
from bot.chat.names import Action, template


class Trim(Answered, template=template(Action.TRIM, "scene_id")):
    """Opens the window with as much of the scene as a short may have."""

    async def answer(self, interaction: Interaction) -> None:
        """Ask which part, and how."""
        await open_export_modal(interaction, scene_id=self.parts["scene_id"])

"""Makes a short of a scene in a list."""

from bot.chat.actions.base import Answered
from bot.chat.client import Interaction
from bot.chat.modals import open_export_modal
from bot.chat.names import Action, template


class Short(Answered, template=template(Action.SHORT, "scene_id")):
    """Opens the window: strategy, quality, trim."""

    async def answer(self, interaction: Interaction) -> None:
        """Ask how it is to be made. What the list said of quota and length is looked up again."""
        await open_export_modal(interaction, scene_id=self.parts["scene_id"], whole=True)

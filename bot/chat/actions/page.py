"""Turns to another page of scenes."""

from bot.chat.actions.base import Answered
from bot.chat.answering import acknowledge
from bot.chat.client import Interaction
from bot.chat.listing import show_scenes
from bot.chat.names import ALL, Action, template


class Page(Answered, template=template(Action.PAGE, "video_id", "page")):
    """The list is looked up anew, so it is as it stands now."""

    async def answer(self, interaction: Interaction) -> None:
        """Show that page in the same message."""
        await acknowledge(interaction)
        video_id = None if self.parts["video_id"] == ALL else self.parts["video_id"]
        await show_scenes(interaction, video_id=video_id, page=int(self.parts["page"]))

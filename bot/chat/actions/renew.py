"""Lets a finished short live on for another day."""

from bot.chat.actions.base import Answered
from bot.chat.address import KIND, Address
from bot.chat.answering import acknowledge
from bot.chat.client import Interaction
from bot.chat.facts import card_of
from bot.chat.names import Action, template
from bot.chat.playing import edit_playing
from bot.chat.post import Letter
from bot.chat.refusals import Refused


class Renew(Answered, template=template(Action.RENEW, "export_id")):
    """The link stays the same, so that it works wherever it was pasted."""

    async def answer(self, interaction: Interaction) -> None:
        """Renew it, unless it is gone, and show until when it lives now."""
        await acknowledge(interaction)
        services, post = interaction.client.services, interaction.client.post
        export = await self.own_card(interaction)
        renewed = await services.exporter.renew(export.id, same_link=True)
        if renewed is None:
            raise Refused("ended")
        for destination in await services.deliveries.destinations_of(export.id):
            if destination.kind != KIND:
                continue
            address = Address.from_text(destination.address)
            async with post.turn(address):
                if not await edit_playing(renewed, destination, services=services, post=post):
                    await post.edit(destination, Letter(card=await card_of(renewed, address, services)))

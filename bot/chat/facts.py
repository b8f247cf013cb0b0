"""Gathers what cards show."""

from discord import ui

from bot.chat.address import Address
from bot.chat.cards import ExportFacts, Playing, batch_card, export_card
from bot.chat.languages import words_for
from bot.services import Services
from storage.models import Export, Quota


async def quota_of(user_id: str, services: Services) -> Quota:
    """How much of the user's day is spent."""
    limit = services.settings.limits.exports_per_day
    return await services.exports.quota(user_id, services.now(), limit=limit)


async def facts_of(export: Export, services: Services) -> ExportFacts:
    """Everything that the card of an export shows."""
    return ExportFacts(
        export=export,
        quota=await quota_of(export.user_id, services),
        link=services.download_url(export),
        waiting_before=await services.exports.waiting_before(export.id),
        progress=services.board.latest.get(export.id),
    )


async def card_of(
    export: Export,
    address: Address,
    services: Services,
    *,
    playing: Playing = Playing.NOTHING,
    moved: bool = False,
) -> ui.LayoutView:
    """What the message at this address shows now: the export, or the batch that it belongs to.

    With `moved` it says that it stands in for a message that cannot be edited any more.
    """
    words = words_for(address.locale)
    if not address.batch:
        return export_card(
            await facts_of(export, services),
            words,
            playing=playing,
            note=words("card.moved") if moved and not address.showcase else "",
        )
    members = [await services.exports.get(export_id) for export_id in address.batch.split()]
    facts = [await facts_of(member, services) for member in members if member is not None]
    return batch_card(facts, note=address.note, words=words)

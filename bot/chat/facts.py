"""Gathers what cards show."""

from bot.chat.cards import ExportFacts
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

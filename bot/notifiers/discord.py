"""Brings news to Discord: the message of the export becomes its last card."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.chat.address import KIND, Address
from bot.chat.facts import card_of
from bot.chat.playing import edit_playing, miniature_bytes
from bot.chat.post import Letter, Post
from bot.notifiers.base import Means
from bot.services import Services
from processing.news import News, Notifier, Undeliverable, VideoNews
from storage.models import Destination, Event, Export, ExportStatus


@asynccontextmanager
async def opened(means: Means) -> AsyncIterator[Notifier]:
    """A notifier that writes with the Discord face's own connection."""
    yield DiscordNotifier(services=means.services, post=means.chat.post)


class DiscordNotifier:
    """Edits the message in place, or writes anew where that cannot be; an expiry is worth an edit only."""

    kind = KIND

    def __init__(self, *, services: Services, post: Post) -> None:
        self._services = services
        self._post = post

    async def notify(self, news: News | VideoNews) -> None:
        """Show the export as it stands now, which may be later news than this.

        Raises:
            Undeliverable: no way to the message, the channel or the user is left.
            Exception: Discord could not be reached, or nobody is logged in: try again.
        """
        if isinstance(news, VideoNews):
            raise Undeliverable("whoever adds a video here watches it come in")
        async with self._post.turn(Address.from_text(news.destination.address)):
            destination = await self._destination(news)
            address = Address.from_text(destination.address)
            export = await self._services.exports.get(news.export.id) or news.export
            if _left_unsaid(news, export, address):
                return
            if await edit_playing(export, destination, services=self._services, post=self._post):
                return
            card = await card_of(export, address, self._services)
            letter = Letter(
                card=card,
                moved=await card_of(export, address, self._services, moved=True),
                mention=export.status is ExportStatus.COMPLETED,
            )
            if news.event is not Event.EXPIRED:
                await self._post.bring(destination, letter, nonce=news.delivery_id)
                if limit_bytes := miniature_bytes(export, address):
                    await self._services.exporter.want_miniature(export, limit_bytes=limit_bytes)
            elif not await self._post.edit(destination, letter):
                raise Undeliverable("the message can no longer be edited")

    async def _destination(self, news: News) -> Destination:
        """As it is now: what was waited for may have changed it."""
        return await self._services.deliveries.destination(news.destination.id) or news.destination


def _left_unsaid(news: News, export: Export, address: Address) -> bool:
    """Old news of a link that has died since: the news of its end follows. To a showcase, all but success."""
    if export.status is ExportStatus.EXPIRED and news.event is not Event.EXPIRED:
        return True
    unknown = address.showcase and not address.message_id
    return unknown and export.status is not ExportStatus.COMPLETED

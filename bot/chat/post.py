"""Brings cards to messages: edits them in place, and finds another way where that one is closed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from weakref import WeakValueDictionary

import discord
import structlog

from bot.chat.address import Address
from bot.chat.connection import Connection
from processing.delivery import Undeliverable
from storage.deliveries import Deliveries
from storage.models import Destination

log = structlog.get_logger()

#: Discord's own code for "Invalid Webhook Token": the interaction is older than 15 minutes.
TOKEN_DEAD = 50027

Place = Callable[[Address], Awaitable[discord.abc.Messageable]]


class Post:
    """Writes to Discord about exports. What it learns of a destination is written down there."""

    def __init__(self, *, connection: Connection, deliveries: Deliveries) -> None:
        self._connection = connection
        self._deliveries = deliveries
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def online(self) -> bool:
        """Whether it makes sense to try."""
        return self._connection.client is not None

    def turn(self, address: Address, export_id: str) -> asyncio.Lock:
        """Whoever writes to a message holds this, so that a late edit never covers a newer one."""
        return self._turns.setdefault(address.batch or export_id, asyncio.Lock())

    async def edit(
        self, destination: Destination, card: discord.ui.LayoutView, *, mention: bool = False
    ) -> bool:
        """Edit the message that is there. False: there is none, or no way to it is left.

        Raises:
            Offline: nobody is logged in.
            Exception: Discord could not be reached; it may be tried again.
        """
        address = known = Address.from_text(destination.address)
        mentions = _mentions(address, mention)
        if address.message_id and address.token:
            if await _open(self._edit_by_token(address, card, mentions)):
                return True
            address = replace(address, token="")
        if address.message_id and address.channel_id:
            edited = await _open(self._edit_as_bot(address, card, mentions))
            address = address if edited else replace(address, message_id="")
        if address != known:
            await self._deliveries.readdress(destination.id, address.as_text())
        return bool(address.message_id)

    async def bring(
        self, destination: Destination, card: discord.ui.LayoutView, *, mention: bool, nonce: str
    ) -> None:
        """Edit the message; where that is closed, write to the channel; where that is, to the user.

        Raises:
            Undeliverable: every way is closed.
            Exception: as for `edit`.
        """
        if await self.edit(destination, card, mention=mention):
            return
        address = Address.from_text(destination.address)
        places: list[Place] = [self._directly]
        if address.channel_id and not address.private:
            places.insert(0, self._in_channel)
        for place in places:
            if sent := await self._send(place, address, card, mention=mention, nonce=nonce):
                moved = replace(
                    address, token="", channel_id=str(sent.channel.id), message_id=str(sent.id), private=False
                )
                await self._deliveries.readdress(destination.id, moved.as_text())
                return
        raise Undeliverable("neither the message nor the channel nor the user can be written to")

    async def _edit_by_token(
        self, address: Address, card: discord.ui.LayoutView, mentions: discord.AllowedMentions
    ) -> None:
        client = self._connection.demand()
        webhook = discord.Webhook.partial(int(address.application_id), address.token, client=client)
        webhook.proxy = client.http.proxy  # it takes over the client's session, but not its proxy
        await webhook.edit_message(int(address.message_id), view=card, allowed_mentions=mentions)

    async def _edit_as_bot(
        self, address: Address, card: discord.ui.LayoutView, mentions: discord.AllowedMentions
    ) -> None:
        channel = self._connection.demand().get_partial_messageable(int(address.channel_id))
        message = channel.get_partial_message(int(address.message_id))
        await message.edit(view=card, allowed_mentions=mentions)

    async def _send(
        self, place: Place, address: Address, card: discord.ui.LayoutView, *, mention: bool, nonce: str
    ) -> discord.Message | None:
        try:
            # the nonce makes Discord itself drop a second copy, should an attempt be repeated
            return await (await place(address)).send(
                view=card, nonce=nonce, allowed_mentions=_mentions(address, mention)
            )
        except discord.HTTPException as error:
            if not _closed(error):
                raise
            return None

    async def _in_channel(self, address: Address) -> discord.abc.Messageable:
        return self._connection.demand().get_partial_messageable(int(address.channel_id))

    async def _directly(self, address: Address) -> discord.abc.Messageable:
        return await self._connection.demand().create_dm(discord.Object(int(address.user_id)))


async def _open(attempt: Awaitable[None]) -> bool:
    """Whether the attempt came through; False: this way is closed for good."""
    try:
        await attempt
    except discord.HTTPException as error:
        if not _closed(error):
            raise
        log.info("a way to a message is closed", status=error.status, code=error.code)
        return False
    return True


def _closed(error: discord.HTTPException) -> bool:
    """Refused for good. A 401 of another kind means that our own token is being changed: try again."""
    return error.status in (400, 403, 404) or error.code == TOKEN_DEAD


def _mentions(address: Address, mention: bool) -> discord.AllowedMentions:
    if not mention:
        return discord.AllowedMentions.none()
    return discord.AllowedMentions(
        everyone=False, roles=False, replied_user=False, users=[discord.Object(int(address.user_id))]
    )

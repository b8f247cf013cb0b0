"""Brings cards to messages: edits them in place, and finds another way where that one is closed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import discord
import structlog

from bot.chat.address import KIND, Address
from bot.chat.cards import VIDEO_NAME
from bot.chat.connection import Connection
from processing.news import Undeliverable
from storage.deliveries import Deliveries
from storage.models import Destination

log = structlog.get_logger()

#: Discord's own code for "Invalid Webhook Token": the interaction is older than 15 minutes.
TOKEN_DEAD = 50027
TOO_LARGE = 413
#: What of an address names a message and opens it.
WAY = ("application_id", "token", "channel_id", "message_id")

Place = Callable[[discord.Client, Address], Awaitable[discord.abc.Messageable]]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A card, whether it mentions the user, and the video that plays in it.

    `moved` is the card to send where the message cannot be edited any more: it says so.
    """

    card: discord.ui.LayoutView
    moved: discord.ui.LayoutView | None = None
    mention: bool = False
    video: Path | None = None

    def files(self) -> list[discord.File]:
        """New for every attempt: a file can be sent once."""
        return [] if self.video is None else [discord.File(self.video, filename=VIDEO_NAME)]

    def mentions(self, address: Address) -> discord.AllowedMentions:
        """The one who asked, or nobody."""
        if not self.mention:
            return discord.AllowedMentions.none()
        user = discord.Object(int(address.user_id))
        return discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=[user])


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

    def turn(self, address: Address) -> asyncio.Lock:
        """Whoever writes to a message holds this, so that a late edit never covers a newer one."""
        return self._turns.setdefault(_message(address), asyncio.Lock())

    async def edit(self, destination: Destination, letter: Letter) -> bool:
        """Edit the message that is there. False: there is none, or this letter has no way to it.

        Where a letter with a video is refused, the same without it may still come through.

        Raises:
            Offline: nobody is logged in.
            Exception: Discord could not be reached; it may be tried again.
        """
        address = await self._known(destination)
        if address.message_id and address.token:
            refusal = await _refusal(self._edit_by_token(address, letter))
            if refusal is None:
                return True
            if _lasts(refusal, letter):
                address = await self._learn(destination, address, token="")
        if address.message_id and address.channel_id:
            refusal = await _refusal(self._edit_as_bot(address, letter))
            if refusal is None:
                return True
            if _lasts(refusal, letter) and not address.token:
                await self._learn(destination, address, message_id="")
        return False

    async def bring(self, destination: Destination, letter: Letter, *, nonce: str) -> None:
        """Edit the message; where that is closed, write to the channel; where that is, to the user.

        Raises:
            Undeliverable: every way is closed.
            Exception: as for `edit`.
        """
        if await self.edit(destination, letter):
            return
        address = await self._known(destination)
        for place in _places(address):
            if sent := await self._send(place, address, letter, nonce=nonce):
                new = {"channel_id": str(sent.channel.id), "message_id": str(sent.id)}
                await self._learn(destination, address, **new, token="", private=False)
                return
        raise Undeliverable("neither the message nor the channel nor the user can be written to")

    async def reopen(self, export_id: str, pressed: Address) -> None:
        """Somebody has pressed a button of the export's message: by that token it can be edited again.

        Where an earlier try has given the message up, it is the one after all.
        """
        for destination in await self._deliveries.destinations_of(export_id):
            if destination.kind != KIND:
                continue
            async with self.turn(Address.from_text(destination.address)):
                known = await self._known(destination)
                given_up = not (known.message_id or known.showcase)
                if given_up or known.message_id == pressed.message_id:
                    way = {name: text for name, text in pressed.as_text().items() if name in WAY}
                    await self._learn(destination, known, **way)

    async def _known(self, destination: Destination) -> Address:
        """The address as earlier tries have left it."""
        latest = await self._deliveries.destination(destination.id)
        return Address.from_text((latest or destination).address)

    async def _learn(self, destination: Destination, known: Address, **changes: Any) -> Address:
        """Write down what a try has shown, so that no later one is made in vain; for all of a batch."""
        address = replace(known, **changes)
        for one in [destination, *await self._sharing(known)]:
            await self._deliveries.readdress(one.id, address.as_text())
        if address.message_id or address.batch:
            # whoever waits for the old message has the turn before whoever comes to the new one
            self._turns[_message(address)] = self.turn(known)
        return address

    async def _sharing(self, address: Address) -> list[Destination]:
        """Those whose message it is: the batch's."""
        return [
            one
            for export_id in address.batch.split()
            for one in await self._deliveries.destinations_of(export_id)
            if one.kind == KIND and one.address.get("batch") == address.batch
        ]

    async def _edit_by_token(self, address: Address, letter: Letter) -> None:
        with self._connection.demand() as client:
            webhook = discord.Webhook.partial(int(address.application_id), address.token, client=client)
            webhook.proxy = client.http.proxy  # it takes over the client's session, but not its proxy
            await webhook.edit_message(
                int(address.message_id),
                view=letter.card,
                attachments=letter.files(),
                allowed_mentions=letter.mentions(address),
            )

    async def _edit_as_bot(self, address: Address, letter: Letter) -> None:
        with self._connection.demand() as client:
            channel = client.get_partial_messageable(int(address.channel_id))
            await channel.get_partial_message(int(address.message_id)).edit(
                view=letter.card, attachments=letter.files(), allowed_mentions=letter.mentions(address)
            )

    async def _send(
        self, place: Place, address: Address, letter: Letter, *, nonce: str
    ) -> discord.Message | None:
        try:
            with self._connection.demand() as client:
                # the nonce makes Discord itself drop a second copy, should an attempt be repeated
                return await (await place(client, address)).send(
                    view=letter.moved or letter.card, nonce=nonce, allowed_mentions=letter.mentions(address)
                )
        except discord.HTTPException as error:
            if not _closed(error):
                raise
            return None


def _places(address: Address) -> list[Place]:
    """Where a new message may go, best first. A showcase is for others: the user has a card already."""
    if address.showcase:
        return [_in_channel]
    if address.channel_id and not address.private:
        return [_in_channel, _directly]
    return [_directly]


async def _in_channel(client: discord.Client, address: Address) -> discord.abc.Messageable:
    return client.get_partial_messageable(int(address.channel_id))


async def _directly(client: discord.Client, address: Address) -> discord.abc.Messageable:
    return await client.create_dm(discord.Object(int(address.user_id)))


def _message(address: Address) -> str:
    """The same for all that share a message, also while there is none."""
    return f"{address.channel_id}/{address.message_id or address.batch}"


async def _refusal(attempt: Awaitable[None]) -> discord.HTTPException | None:
    """Why the attempt will never come through; None: it has."""
    try:
        await attempt
    except discord.HTTPException as error:
        if not _closed(error):
            raise
        log.info("a way to a message is closed", status=error.status, code=error.code)
        return error
    return None


def _closed(error: discord.HTTPException) -> bool:
    """Refused for good. A 401 of another kind means that our own token is being changed: try again."""
    return error.status in (400, 403, 404, TOO_LARGE) or error.code == TOKEN_DEAD


def _lasts(refusal: discord.HTTPException, letter: Letter) -> bool:
    """Whether other letters would be refused as well: what is gone is gone, but a video may be too much."""
    return letter.video is None or refusal.status == 404 or refusal.code == TOKEN_DEAD

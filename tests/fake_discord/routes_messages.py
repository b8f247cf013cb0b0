"""REST routes by which the bot, with its own token, writes and changes messages in channels."""

from tests.fake_discord import posting
from tests.fake_discord.calls import NOTHING, Call, Reply
from tests.fake_discord.errors import ApiError
from tests.fake_discord.messages import Message
from tests.fake_discord.rest import Handler
from tests.fake_discord.world import ATTACH_FILES, SEND_MESSAGES, VIEW_CHANNEL, ChannelKind, World


class MessageRoutes:
    """The channel's view: ephemeral messages and those of others are out of the bot's reach here."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> dict[str, Handler]:
        one = "/channels/{channel_id}/messages/{message_id}"
        return {
            "POST /channels/{channel_id}/messages": self.post,
            "GET /channels/{channel_id}/messages": self.recent,
            "POST /channels/{channel_id}/typing": self.typing,
            f"GET {one}": lambda call: Reply(self._message(call).state),
            f"PATCH {one}": self.edit,
            f"DELETE {one}": self.delete,
        }

    def post(self, call: Call) -> Reply:
        needed = VIEW_CHANNEL | SEND_MESSAGES | (ATTACH_FILES if call.files else 0)
        channel = self._world.channel(call.params["channel_id"], needed)
        if channel.kind is ChannelKind.DM and not channel.recipients[0].accepts_dms:
            raise ApiError(50007)
        bot, nonce = self._world.bot, call.body.get("nonce")
        if nonce is not None and call.body.get("enforce_nonce"):
            for message in channel.messages.values():
                if message.author is bot and message.state.get("nonce") == nonce:
                    return Reply(message.state)
        extra = {"nonce": nonce} if nonce is not None else {}
        message = posting.create(self._world, channel, call.body, call.files, author=bot, extra=extra)
        return Reply(message.state)

    def recent(self, call: Call) -> Reply:
        channel = self._world.channel(call.params["channel_id"])
        seen = [m.state for m in channel.messages.values() if not m.deleted and not m.ephemeral]
        return Reply(seen[::-1][: int(call.query.get("limit", 50))])

    def typing(self, call: Call) -> Reply:
        self._world.channel(call.params["channel_id"], VIEW_CHANNEL | SEND_MESSAGES)
        return NOTHING

    def edit(self, call: Call) -> Reply:
        message = self._message(call)
        if message.author is not self._world.bot:
            raise ApiError(50005)
        return Reply(posting.edit(self._world, message, call.body, call.files, by="bot").state)

    def delete(self, call: Call) -> Reply:
        message = self._message(call)
        if message.author is not self._world.bot:
            raise ApiError(50013)
        message.deleted = True
        return NOTHING

    def _message(self, call: Call) -> Message:
        channel = self._world.channel(call.params["channel_id"])
        message = channel.messages.get(call.params["message_id"])
        if message is None or message.deleted or message.ephemeral:
            raise ApiError(10008)
        return message

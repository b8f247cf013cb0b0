"""What there is in the fake Discord: users, guilds, channels, and who may do what in them."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fake_discord.errors import ApiError
from tests.fake_discord.messages import Message
from tests.fake_discord.snowflakes import Snowflakes

VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
EVERYTHING = VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | 1 << 16 | 1 << 31 | 1 << 35
MANAGE_GUILD = 1 << 5


class ChannelKind(enum.IntEnum):
    """The kinds of channel that a command can be called in here."""

    TEXT = 0
    DM = 1


class Context(enum.IntEnum):
    """Where a command is called, as Discord counts it."""

    GUILD = 0
    BOT_DM = 1
    PRIVATE_CHANNEL = 2


@dataclass(eq=False, kw_only=True)
class User:
    """Someone with an account."""

    id: str
    name: str
    bot: bool = False
    locale: str = "en-US"
    accepts_dms: bool = True
    roles: list[str] = field(default_factory=list)  #: in every server

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(eq=False, kw_only=True)
class Guild:
    """A server. Where `has_bot` is false, only a user's own installation brings the bot in."""

    id: str
    name: str
    owner: User
    has_bot: bool = True
    locale: str = "en-US"
    members: list[User] = field(default_factory=list)
    managers: list[User] = field(default_factory=list)
    channels: list["Channel"] = field(default_factory=list)

    def permissions_of(self, user: User) -> int:
        return EVERYTHING | MANAGE_GUILD if user is self.owner or user in self.managers else EVERYTHING


@dataclass(eq=False, kw_only=True)
class Channel:
    """A place for messages. `bot_permissions` is what the bot may do in it."""

    id: str
    kind: ChannelKind
    name: str = ""
    guild: Guild | None = None
    recipients: list[User] = field(default_factory=list)
    bot_permissions: int = EVERYTHING
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        if self.guild is not None:
            return Context.GUILD
        return Context.PRIVATE_CHANNEL if len(self.recipients) > 1 else Context.BOT_DM

    @property
    def has_bot(self) -> bool:
        if self.guild is not None:
            return self.guild.has_bot
        return self.context is Context.BOT_DM


@dataclass(frozen=True)
class Upload:
    """A file that someone sent."""

    filename: str
    data: bytes = field(repr=False)
    content_type: str = "application/octet-stream"


class World:
    """The state that the REST routes change and the tests look at."""

    def __init__(self) -> None:
        self.snowflakes = Snowflakes()
        self.application_id = self.snowflakes.next()
        self.bot = User(id=self.application_id, name="cutdown", bot=True)
        self.owner = User(id=self.snowflakes.next(), name="operator")
        self.token = f"{self.application_id}.fake-bot-token"
        self.token_is_good = True
        self.upload_limit_bytes = 10 * 1024 * 1024
        self.users: dict[str, User] = {user.id: user for user in (self.bot, self.owner)}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, Upload] = {}  #: CDN path -> what lies there

    def add_user(self, name: str, *, locale: str = "en-US", accepts_dms: bool = True) -> User:
        user = User(id=self.snowflakes.next(), name=name, locale=locale, accepts_dms=accepts_dms)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, *, members: Iterable[User], has_bot: bool, locale: str) -> Guild:
        """A guild with one text channel; its first member owns it."""
        people = list(members) or [self.add_user("owner")]
        guild = Guild(
            id=self.snowflakes.next(),
            name=name,
            owner=people[0],
            has_bot=has_bot,
            locale=locale,
            members=people,
        )
        self.guilds[guild.id] = guild
        self.add_channel(guild, "general")
        return guild

    def add_channel(self, guild: Guild, name: str) -> Channel:
        channel = Channel(id=self.snowflakes.next(), kind=ChannelKind.TEXT, name=name, guild=guild)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def dm(self, *recipients: User) -> Channel:
        """The bot's own channel with one user, or the private channel of two others."""
        for channel in self.channels.values():
            if channel.kind is ChannelKind.DM and set(channel.recipients) == set(recipients):
                return channel
        channel = Channel(id=self.snowflakes.next(), kind=ChannelKind.DM, recipients=list(recipients))
        self.channels[channel.id] = channel
        return channel

    def channel(self, channel_id: str, needed: int = VIEW_CHANNEL) -> Channel:
        """The channel, when the bot may do there what is `needed`.

        Raises:
            ApiError: there is no such channel, or the bot may not.
        """
        channel = self.channels.get(channel_id)
        if channel is None:
            raise ApiError(10003)
        if not channel.has_bot or not channel.bot_permissions & VIEW_CHANNEL:
            raise ApiError(50001)
        if channel.bot_permissions & needed != needed:
            raise ApiError(50013)
        return channel

    def find_message(self, message_id: str) -> Message | None:
        return next(
            (c.messages[message_id] for c in self.channels.values() if message_id in c.messages), None
        )

    def store(self, upload: Upload, *, channel_id: str, attachment_id: str) -> str:
        """Puts a file on the CDN; returns its address."""
        path = f"/attachments/{channel_id}/{attachment_id}/{upload.filename}"
        self.files[path] = upload
        return f"https://cdn.discordapp.com{path}"


def moment() -> str:
    """Now, as Discord writes it."""
    return datetime.now(UTC).isoformat()

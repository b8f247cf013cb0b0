"""REST routes about the bot itself, its commands, and the users, guilds and channels it may look at."""

from tests.fake_discord.calls import Call, Reply
from tests.fake_discord.commands import Commands, answered_command
from tests.fake_discord.errors import ApiError
from tests.fake_discord.payloads import application_json, channel_json, guild_json, own_user_json, user_json
from tests.fake_discord.rest import Handler
from tests.fake_discord.world import ChannelKind, World

GATEWAY = "wss://gateway.discord.gg"


class BotRoutes:
    """Answers from the world; the commands are the only thing that these routes change."""

    def __init__(self, world: World, commands: Commands) -> None:
        self._world = world
        self._commands = commands

    def table(self) -> dict[str, Handler]:
        return {
            "GET /users/@me": lambda _: Reply(own_user_json(self._world.bot)),
            "GET /applications/@me": lambda _: Reply(application_json(self._world)),
            "GET /oauth2/applications/@me": lambda _: Reply(application_json(self._world)),
            "GET /gateway": lambda _: Reply({"url": GATEWAY}),
            "GET /gateway/bot": self.gateway_bot,
            "GET /applications/{application_id}/commands": self.commands,
            "PUT /applications/{application_id}/commands": self.sync,
            "GET /applications/{application_id}/guilds/{guild_id}/commands": self.commands,
            "PUT /applications/{application_id}/guilds/{guild_id}/commands": self.sync,
            "GET /users/{user_id}": self.user,
            "GET /guilds/{guild_id}": self.guild,
            "GET /channels/{channel_id}": self.channel,
            "POST /users/@me/channels": self.open_dm,
        }

    def gateway_bot(self, _: Call) -> Reply:
        limit = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
        return Reply({"url": GATEWAY, "shards": 1, "session_start_limit": limit})

    def commands(self, call: Call) -> Reply:
        return Reply(self._commands.of(call.params.get("guild_id")))

    def sync(self, call: Call) -> Reply:
        guild_id = call.params.get("guild_id")
        if call.params["application_id"] != self._world.application_id:
            raise ApiError(50001)
        known = {(c["name"], c["type"]): c["id"] for c in self._commands.of(guild_id)}
        synced = [
            answered_command(
                command,
                command_id=known.get(
                    (command["name"], command.get("type") or 1), self._world.snowflakes.next()
                ),
                application_id=self._world.application_id,
                guild_id=guild_id,
            )
            for command in call.body
        ]
        self._commands.replace(guild_id, synced)
        return Reply(synced)

    def user(self, call: Call) -> Reply:
        if call.params["user_id"] not in self._world.users:
            raise ApiError(10013)
        return Reply(user_json(self._world.users[call.params["user_id"]]))

    def guild(self, call: Call) -> Reply:
        guild = self._world.guilds.get(call.params["guild_id"])
        if guild is None or not guild.has_bot:
            raise ApiError(10004)
        return Reply(guild_json(guild))

    def channel(self, call: Call) -> Reply:
        return Reply(channel_json(self._world.channel(call.params["channel_id"])))

    def open_dm(self, call: Call) -> Reply:
        user = self._world.users.get(str(call.body.get("recipient_id")))
        if user is None:
            raise ApiError(10013)
        channel = self._world.dm(user)
        assert channel.kind is ChannelKind.DM
        return Reply(channel_json(channel))

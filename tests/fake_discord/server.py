"""The fake Discord, put together: state, gateway, REST, TLS and the proxy that leads to them."""

import contextlib
import ssl
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import trustme
from aiohttp import web

from tests.fake_discord.calls import Exchange
from tests.fake_discord.changes import Changes, T
from tests.fake_discord.commands import CommandKind, Commands
from tests.fake_discord.faults import Fault, Trouble, refusal
from tests.fake_discord.gateway import Gateway
from tests.fake_discord.interactions import Interaction
from tests.fake_discord.messages import Message
from tests.fake_discord.openapi import judge
from tests.fake_discord.people import People
from tests.fake_discord.proxy import HOSTS, Proxy
from tests.fake_discord.rest import Rest
from tests.fake_discord.routes_bot import BotRoutes
from tests.fake_discord.routes_interactions import InteractionRoutes
from tests.fake_discord.routes_messages import MessageRoutes
from tests.fake_discord.world import Channel, Guild, Upload, User, World

MAX_BODY_BYTES = 600 * 1024 * 1024


class FakeDiscord:
    """`async with FakeDiscord(openapi=…) as discord:`, then start a bot with `discord.environment()`.

    `discord.gateway` breaks the connection, `fail`/`hold`/`cut` break REST; `violations` collects whatever
    Discord would not have liked (of the bot) or would not have said (of the fake): assert that it is empty.
    """

    def __init__(self, *, openapi: Path | None, timeout_s: float = 30) -> None:
        self.violations: list[str] = []
        self.world = World()
        self.commands = Commands()
        self._changes = Changes(timeout_s=timeout_s, situation=self.describe)
        self._judge = judge(openapi) if openapi is not None else None
        happened = self._changes.tell
        self.gateway = Gateway(
            self.world, judge=self._judge, report=self.violations.append, happened=happened
        )
        self._interactions = InteractionRoutes(self.world)
        routes = (BotRoutes(self.world, self.commands), MessageRoutes(self.world), self._interactions)
        self._rest = Rest(
            {route: handler for some in routes for route, handler in some.table().items()},
            judge=self._judge,
            report=self.violations.append,
            happened=happened,
            authorized=lambda header: self.world.token_is_good and header == f"Bot {self.world.token}",
        )
        self._people = People(
            self.world, self.commands, self.gateway, self._changes, self._interactions.interactions
        )
        self._running = contextlib.AsyncExitStack()
        self.proxy_url = ""
        self.ca_file = Path()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fake-discord-")))
            authority = trustme.CA()
            self.ca_file = folder / "ca.pem"
            authority.cert_pem.write_to_path(str(self.ca_file))
            proxy = Proxy(report=self.violations.append)
            await proxy.start()
            stack.push_async_callback(proxy.close)
            proxy.target_port = await self._serve(authority, stack)
            stack.push_async_callback(self.gateway.stop)
            stack.callback(self._rest.faults.release_all)
            self.proxy_url = proxy.url
            self._running = stack.pop_all()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._running.aclose()

    # What the bot needs, and what it has done

    @property
    def token(self) -> str:
        return self.world.token

    def environment(self) -> dict[str, str]:
        """The variables that lead a bot process here."""
        return {
            "SSL_CERT_FILE": str(self.ca_file),
            "CUTDOWN_DISCORD__PROXY": self.proxy_url,
            "CUTDOWN_DISCORD__TOKEN": self.token,
        }

    @property
    def requests(self) -> list[Exchange]:
        return self._rest.exchanges

    @property
    def interactions(self) -> list[Interaction]:
        return self._people.interactions

    def message(self, channel_id: str, message_id: str) -> Message:
        return self.world.channels[channel_id].messages[message_id]

    def messages(self, channel: Channel) -> list[Message]:
        """What can be read in the channel, oldest first."""
        return [message for message in channel.messages.values() if not message.deleted]

    async def until(self, look: Callable[[], T | None], what: str, *, timeout_s: float | None = None) -> T:
        """The first true thing that `look` sees; it looks again whenever anything has happened."""
        return await self._changes.until(look, what, timeout_s=timeout_s)

    async def ready(self) -> None:
        """Waits for a bot at the gateway."""
        await self.until(lambda: self.gateway.connected, "a bot at the gateway")

    async def posted(self, channel: Channel, holds: Callable[[Message], object]) -> Message:
        """The first message in the channel of which `holds` is true."""
        return await self.until(
            lambda: next((message for message in self.messages(channel) if holds(message)), None),
            f"a message in {channel.name or 'the DM'}",
        )

    def describe(self) -> str:
        """What a failed test should know."""
        last = [f"{one.method} {one.path} -> {one.status}" for one in self.requests[-10:]]
        state = f"connected={self.gateway.connected} identifies={len(self.gateway.identifies)}"
        return "\n".join([f"gateway: {state}", "last requests:", *last, "violations:", *self.violations])

    # The world

    def add_user(self, name: str, *, locale: str = "en-US", accepts_dms: bool = True) -> User:
        return self.world.add_user(name, locale=locale, accepts_dms=accepts_dms)

    def add_guild(
        self, name: str, members: Iterable[User] = (), *, has_bot: bool = True, locale: str = "en-US"
    ) -> Guild:
        return self.world.add_guild(name, members=members, has_bot=has_bot, locale=locale)

    def add_channel(self, guild: Guild, name: str) -> Channel:
        return self.world.add_channel(guild, name)

    def dm(self, *recipients: User) -> Channel:
        """One user: the bot's DM with them. Two: a private channel that only a user install reaches."""
        return self.world.dm(*recipients)

    def delete_channel(self, channel: Channel) -> None:
        del self.world.channels[channel.id]

    def reject_token(self) -> None:
        """From now on REST says 401 and the gateway 4004."""
        self.world.token_is_good = False

    # Users' actions. `where`: forced_ephemeral, user_install, connected=False (send although the bot is away)

    async def slash(
        self,
        name: str,
        *,
        user: User,
        channel: Channel,
        options: Mapping[str, Any] | None = None,
        **where: Any,
    ) -> Interaction:
        """`/name`; sub-commands after a blank. Options may be text, numbers, `Upload`, `User`, `Channel`."""
        values = options or {}
        return await self._people.command(
            name, CommandKind.SLASH, user=user, channel=channel, options=values, **where
        )

    async def autocomplete(
        self,
        name: str,
        *,
        user: User,
        channel: Channel,
        options: Mapping[str, Any],
        focused: str,
        **where: Any,
    ) -> list[dict[str, Any]]:
        """The choices offered while the user types into the option `focused`."""
        kind = CommandKind.SLASH
        handle = await self._people.command(
            name, kind, user=user, channel=channel, options=options, focused=focused, **where
        )
        return await handle.choices()

    async def context_menu(self, name: str, message: Message, *, user: User, **where: Any) -> Interaction:
        return await self._people.command(
            name, CommandKind.MESSAGE, user=user, channel=message.channel, options={}, target=message, **where
        )

    async def click(self, message: Message, name: str, *, user: User, **where: Any) -> Interaction:
        """Clicks the button with that label or custom_id."""
        return await self._people.use(message, name, user=user, **where)

    async def choose(
        self, message: Message, name: str, values: list[str], *, user: User, **where: Any
    ) -> Interaction:
        """Chooses in the select with that placeholder or custom_id."""
        return await self._people.use(message, name, user=user, values=values, **where)

    async def submit_modal(
        self, opened: Interaction, values: Mapping[str, Any] | None = None, **where: Any
    ) -> Interaction:
        """Fills in the modal that `opened` was answered with: custom_id -> value (a list for selects)."""
        return await self._people.submit(opened, values or {}, **where)

    def post(
        self, channel: Channel, *, user: User, content: str = "", files: Iterable[Upload] = ()
    ) -> Message:
        return self._people.post(channel, user=user, content=content, files=list(files))

    # Trouble for the next requests. Routes are named as in the document: `GET /channels/{channel_id}`.
    # `where`: times=2 requests, only=lambda call: bool(call.files)

    def fail(
        self, route: str, *, status: int, code: int = 0, retry_after_s: float = 0.1, **where: Any
    ) -> Fault:
        """They are answered with that error."""
        reply = refusal(status, code, retry_after_s)
        return self._rest.faults.order(Fault(route=route, trouble=Trouble.REFUSED, reply=reply, **where))

    def hold(self, route: str, **where: Any) -> Fault:
        """They wait until `.release()`."""
        return self._rest.faults.order(Fault(route=route, trouble=Trouble.HELD, **where))

    def cut(self, route: str, **where: Any) -> Fault:
        """They find their connection cut, and nothing is done."""
        return self._rest.faults.order(Fault(route=route, trouble=Trouble.CUT, **where))

    def swallow_answer(self, route: str, **where: Any) -> Fault:
        """What they ask for is done, but they never hear so."""
        return self._rest.faults.order(Fault(route=route, trouble=Trouble.UNHEARD, **where))

    async def met(self, fault: Fault, times: int = 1) -> None:
        """Waits until the fault has happened to so many requests."""
        await self.until(lambda: fault.met >= times, f"{fault.route} to be asked for {times} times")

    # The servers

    async def _serve(self, authority: trustme.CA, stack: contextlib.AsyncExitStack) -> int:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(*HOSTS).configure_cert(context)
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        self._rest.add_to(app)
        app.router.add_get("/", self.gateway.serve)
        app.router.add_get("/attachments/{rest:.*}", self._download)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        return int(runner.addresses[0][1])

    async def _download(self, request: web.Request) -> web.Response:
        upload: Upload | None = self.world.files.get(request.path)
        if upload is None:
            return web.Response(status=404)
        return web.Response(body=upload.data, content_type=upload.content_type)

"""The fake Discord makes trouble when told to, and notices when the bot or the fake itself is wrong."""

import io
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest
from discord.http import Route

from tests.fake_discord import Channel, FakeDiscord, User
from tests.fake_discord.example_bot import ExampleBot, running
from tests.fake_discord.openapi import LEFT_OUT, find

EDIT_ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
EDIT_MESSAGE = "PATCH /channels/{channel_id}/messages/{message_id}"
POST_MESSAGE = "POST /channels/{channel_id}/messages"

needs_the_document = pytest.mark.skipif(find() is None, reason=LEFT_OUT)


@pytest.fixture
async def bot(discord_server: FakeDiscord) -> AsyncIterator[ExampleBot]:
    async with running(ExampleBot(discord_server), discord_server.token) as bot:
        await discord_server.ready()
        yield bot


@pytest.fixture
def alice(discord_server: FakeDiscord) -> User:
    return discord_server.add_user("alice")


@pytest.fixture
def channel(discord_server: FakeDiscord, alice: User) -> Channel:
    return discord_server.add_guild("studio", [alice]).channels[0]


@pytest.fixture
def place(bot: ExampleBot, channel: Channel) -> discord.PartialMessageable:
    """The channel, as the bot knows it."""
    return bot.get_partial_messageable(int(channel.id))


@pytest.mark.parametrize(("code", "status"), [(50027, 401), (10015, 404)])
async def test_a_dead_token_ends_the_interaction_but_not_the_bots_own_edit(
    discord_server: FakeDiscord,
    bot: ExampleBot,
    alice: User,
    channel: Channel,
    place: discord.PartialMessageable,
    code: int,
    status: int,
) -> None:
    held = discord_server.hold(EDIT_ORIGINAL)
    handle = await discord_server.slash("greet", user=alice, channel=channel, options={"name": "A"})
    await discord_server.met(held)
    handle.expire(code)
    held.release()
    error = await bot.errors.get()
    assert isinstance(error, discord.HTTPException)
    assert (error.code, error.status) == (code, status)
    assert handle.original is not None
    await place.get_partial_message(int(handle.original.id)).edit(content="by the bot")
    assert handle.original.content == "by the bot"
    assert [edit.by for edit in handle.original.edits] == ["bot"]


async def test_an_interaction_that_died_unanswered_is_unknown(
    discord_server: FakeDiscord, bot: ExampleBot, alice: User, channel: Channel
) -> None:
    callback = "POST /interactions/{interaction_id}/{interaction_token}/callback"
    held = discord_server.hold(callback)
    handle = await discord_server.slash("greet", user=alice, channel=channel, options={"name": "A"})
    await discord_server.met(held)
    handle.expire()
    held.release()
    error = await bot.errors.get()
    assert isinstance(error, discord.NotFound)
    assert error.code == 10062


async def test_a_rate_limited_edit_is_tried_again(
    discord_server: FakeDiscord, place: discord.PartialMessageable
) -> None:
    message = await place.send("one")
    limit = discord_server.fail(EDIT_MESSAGE, status=429, times=2, retry_after_s=0.01)
    await message.edit(content="two")
    assert limit.met == 2
    statuses = [one.status for one in discord_server.requests if one.route == EDIT_MESSAGE]
    assert statuses == [429, 429, 200]


async def test_a_fault_hits_only_the_requests_that_it_is_meant_for(
    discord_server: FakeDiscord, place: discord.PartialMessageable
) -> None:
    discord_server.fail(POST_MESSAGE, status=413, code=40005, only=lambda call: bool(call.files))
    await place.send("without a file")
    with pytest.raises(discord.HTTPException, match="40005"):
        await place.send(file=discord.File(io.BytesIO(b"1"), "a.bin"))


async def test_a_fault_needs_a_route_that_there_is(discord_server: FakeDiscord) -> None:
    with pytest.raises(AssertionError, match="no route 'GET /nowhere'"):
        discord_server.fail("GET /nowhere", status=500)


async def test_a_file_over_the_limit_is_refused_with_413(
    discord_server: FakeDiscord, place: discord.PartialMessageable
) -> None:
    discord_server.world.upload_limit_bytes = 3
    with pytest.raises(discord.HTTPException, match="40005"):
        await place.send(file=discord.File(io.BytesIO(b"12345"), "a.bin"))


async def test_a_request_that_is_cut_does_nothing(
    discord_server: FakeDiscord, channel: Channel, place: discord.PartialMessageable
) -> None:
    discord_server.cut(POST_MESSAGE)
    with pytest.raises(aiohttp.ClientError):
        await place.send("x")
    assert discord_server.messages(channel) == []


async def test_a_message_whose_answer_was_lost_is_not_written_twice_with_the_same_nonce(
    discord_server: FakeDiscord, channel: Channel, place: discord.PartialMessageable
) -> None:
    discord_server.swallow_answer(POST_MESSAGE)
    with pytest.raises(aiohttp.ClientError):
        await place.send("x", nonce="one")
    await place.send("x", nonce="one")
    assert len(discord_server.messages(channel)) == 1


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("trouble", ["op 7", "op 9", "close 4000", "drop"])
async def test_a_bot_that_was_cut_off_resumes_and_hears_what_it_missed(
    discord_server: FakeDiscord, alice: User, channel: Channel, trouble: str
) -> None:
    gateway = discord_server.gateway
    gateway.accepting = False
    if trouble == "op 7":
        await gateway.ask_to_reconnect()
    elif trouble == "op 9":
        await gateway.invalidate(resumable=True)
    elif trouble == "drop":
        gateway.drop()
    else:
        await gateway.close(4000)
    await discord_server.until(lambda: not gateway.connected, "the bot to be gone")
    handle = await discord_server.slash(
        "greet", user=alice, channel=channel, options={"name": "A"}, connected=False
    )
    gateway.accepting = True
    await handle.message()
    assert len(gateway.resumes) == 1
    assert len(gateway.identifies) == 1


@pytest.mark.usefixtures("bot")
async def test_a_session_that_cannot_be_resumed_is_identified_anew(discord_server: FakeDiscord) -> None:
    gateway = discord_server.gateway
    await gateway.invalidate(resumable=False)
    await discord_server.until(lambda: len(gateway.identifies) == 2, "a second identify")
    await discord_server.ready()
    assert gateway.resumes == []


async def test_a_gateway_that_stops_acking_is_left_and_found_again(discord_server: FakeDiscord) -> None:
    gateway = discord_server.gateway
    gateway.heartbeat_interval_s, gateway.acking = 0.05, False
    async with running(ExampleBot(discord_server, heartbeat_timeout=0.2), discord_server.token):
        await discord_server.until(lambda: gateway.resumes, "the bot to give the connection up")
    assert 4000 in gateway.closes


async def test_a_gateway_that_is_down_at_boot_fails_the_first_connection(discord_server: FakeDiscord) -> None:
    discord_server.gateway.accepting = False
    async with ExampleBot(discord_server) as bot:
        await bot.login(discord_server.token)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await bot.connect(reconnect=False)
    assert discord_server.gateway.attempts == 1


async def test_a_rejected_token_is_refused_by_rest_and_by_the_gateway(discord_server: FakeDiscord) -> None:
    async with ExampleBot(discord_server) as bot:
        await bot.login(discord_server.token)
        discord_server.reject_token()
        with pytest.raises(discord.ConnectionClosed) as closed:
            await bot.connect()
        assert closed.value.code == 4004
    async with ExampleBot(discord_server) as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login(discord_server.token)


async def test_any_other_host_is_refused_and_remembered(discord_server: FakeDiscord) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientHttpProxyError):
            await session.get("https://example.org/", proxy=discord_server.proxy_url)
    assert discord_server.violations == ["proxy: CONNECT example.org:443 is not Discord"]
    discord_server.violations.clear()


async def test_a_route_that_the_fake_does_not_know_is_a_violation(
    discord_server: FakeDiscord, bot: ExampleBot
) -> None:
    with pytest.raises(discord.NotFound):
        await bot.http.request(Route("GET", "/voice/regions"))
    assert discord_server.violations == ["the fake has no route GET /api/v10/voice/regions"]
    discord_server.violations.clear()


@needs_the_document
async def test_a_body_that_discord_does_not_document_is_a_violation(
    discord_server: FakeDiscord, bot: ExampleBot, channel: Channel
) -> None:
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel.id)
    with pytest.raises(discord.HTTPException, match="50035"):
        await bot.http.request(route, json={"content": "x", "components": [{"type": 2, "style": 9}]})
    [violation] = discord_server.violations
    assert violation.startswith(f"bot's request: {POST_MESSAGE}: at components/0")
    discord_server.violations.clear()


@needs_the_document
async def test_an_answer_that_discord_does_not_document_is_a_violation(
    discord_server: FakeDiscord, bot: ExampleBot
) -> None:
    discord_server.world.bot.name = 7  # type: ignore[assignment]  # wrong on purpose
    await bot.http.request(Route("GET", "/users/@me"))
    [violation] = discord_server.violations
    assert violation == 'fake\'s answer: GET /users/@me 200: at username: 7 is not of type "string"'
    discord_server.violations.clear()


@needs_the_document
@pytest.mark.usefixtures("bot")
async def test_an_event_that_discord_does_not_document_is_a_violation(
    discord_server: FakeDiscord, alice: User
) -> None:
    alice.locale = "tlh"
    await discord_server.slash("greet", user=alice, channel=discord_server.dm(alice), options={"name": "A"})
    assert discord_server.violations[0].startswith("fake's INTERACTION_CREATE: AvailableLocalesEnum")
    discord_server.violations.clear()


@pytest.mark.usefixtures("bot")
async def test_waiting_in_vain_says_what_there_was(discord_server: FakeDiscord) -> None:
    with pytest.raises(AssertionError, match=r"for a miracle[\s\S]*PUT /applications/\d+/commands -> 200"):
        await discord_server.until(lambda: None, "a miracle", timeout_s=0)

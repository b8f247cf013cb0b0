"""Each step on the way of a short to Discord, refused in each of its ways: where its link arrives then."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import pytest
import pytest_asyncio

from bot.chat.guilds import GuildSettings, save
from processing.ffmpeg import find_tools
from storage.models import DeliveryStatus, Export
from tests import clips
from tests.bot.chat.house import House
from tests.bot.chat.wire import connected
from tests.fake_discord import Channel, FakeDiscord, Fault, Interaction, Message, User
from tests.fake_discord.fixtures import judged
from tests.fake_discord.named import BOT_EDIT, CALLBACK, OPEN_DM, SEND, TOKEN_EDIT
from tests.fake_discord.world import EVERYTHING

# one bot and one Discord for all: each case has a user and a channel of its own
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Step(Enum):
    """A request that may be refused, once all that come before it in this list are closed."""

    PROGRESS = auto()  #: the card of the queue, by the interaction's token
    LAST_EDIT = auto()  #: the finished card with its video, by the token
    BOT_EDIT = auto()  #: the same by the bot itself
    CHANNEL = auto()  #: a new message in the channel
    OPEN_DM = auto()  #: looking for the channel of direct messages
    DM = auto()  #: a message there


class End(Enum):
    """Where the link is at last."""

    CARD = auto()  #: in the card, written with the token
    BOT_CARD = auto()  #: in the card, written by the bot
    CHANNEL = auto()
    DM = auto()
    HISTORY = auto()  #: in `/exports` alone


@dataclass(frozen=True, kw_only=True)
class Case:
    """A refusal, how often it is met, the end, and whether that takes a later attempt."""

    step: Step
    status: int
    code: int
    end: End
    times: int = 1
    later: bool = False
    plays: bool = True

    def __str__(self) -> str:
        return f"{self.step.name.lower()}-{self.status}"


def cases() -> list[Case]:
    """Of every step, in the order of the statuses: 400, 401, 403, 404, 413, 429, 5xx."""
    token_dead, missing_access, unknown = (401, 50027), (403, 50001), (404, 10008)
    our_token, limited, broken, down = (401, 0), (429, 0), (502, 0), (503, 0)
    malformed, too_large = (400, 50035), (413, 40005)
    table: list[tuple[Step, tuple[int, int], End, dict[str, int | bool]]] = [
        # what is closed for the progress is closed for the end: it is written down, and not tried again
        (Step.PROGRESS, malformed, End.BOT_CARD, {}),
        (Step.PROGRESS, token_dead, End.BOT_CARD, {}),
        (Step.PROGRESS, missing_access, End.BOT_CARD, {}),
        (Step.PROGRESS, unknown, End.BOT_CARD, {}),
        (Step.PROGRESS, limited, End.CARD, {}),
        (Step.PROGRESS, broken, End.CARD, {}),
        (Step.LAST_EDIT, malformed, End.BOT_CARD, {}),
        (Step.LAST_EDIT, token_dead, End.BOT_CARD, {}),
        (Step.LAST_EDIT, missing_access, End.BOT_CARD, {}),
        (Step.LAST_EDIT, unknown, End.BOT_CARD, {}),
        (Step.LAST_EDIT, too_large, End.BOT_CARD, {}),
        (Step.LAST_EDIT, limited, End.CARD, {}),
        (Step.LAST_EDIT, broken, End.CARD, {}),
        # a message that may not have the video may still have the link; one that is gone may not
        (Step.BOT_EDIT, malformed, End.BOT_CARD, {"plays": False}),
        (Step.BOT_EDIT, our_token, End.BOT_CARD, {"later": True}),
        (Step.BOT_EDIT, missing_access, End.CHANNEL, {"times": 2}),
        (Step.BOT_EDIT, unknown, End.CHANNEL, {}),
        (Step.BOT_EDIT, too_large, End.BOT_CARD, {"plays": False}),
        (Step.BOT_EDIT, limited, End.BOT_CARD, {}),
        (Step.BOT_EDIT, broken, End.BOT_CARD, {}),
        (Step.BOT_EDIT, down, End.BOT_CARD, {"later": True}),
    ]
    for step, end, next_end in (
        (Step.CHANNEL, End.CHANNEL, End.DM),
        (Step.OPEN_DM, End.DM, End.HISTORY),
        (Step.DM, End.DM, End.HISTORY),
    ):
        table += [
            (step, malformed, next_end, {}),
            (step, our_token, end, {"later": True}),
            (step, missing_access, next_end, {}),
            (step, unknown, next_end, {}),
            (step, limited, end, {}),
            (step, down, end, {"later": True}),
        ]
    return [
        Case(step=step, status=status, code=code, end=end, **more)  # type: ignore[arg-type]
        for step, (status, code), end, more in table
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def discord() -> AsyncIterator[FakeDiscord]:
    async with judged() as discord:
        yield discord


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(discord: FakeDiscord, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with connected(tmp_path_factory.mktemp("data"), discord) as house:
        yield house


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(find_tools(), tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1)


@pytest_asyncio.fixture(loop_scope="module")
async def asker(discord: FakeDiscord, house: House, clip: Path) -> "Asker":
    user = discord.add_user("ana")
    channel = discord.add_guild("studio", [user]).channels[0]
    return Asker(discord, house, user, channel, await house.add_scene(user.id, clip))


@dataclass
class Asker:
    """Somebody who asks for a short, and what may go wrong for them alone."""

    discord: FakeDiscord
    house: House
    user: User
    channel: Channel
    scene: str

    async def ask(self) -> Interaction:
        options = {"scene": self.scene}
        return await self.discord.slash("export", user=self.user, channel=self.channel, options=options)

    async def export(self) -> Export:
        (export,) = await self.house.services.exports.of_user(self.user.id, at_most=2)
        return export

    async def delivery_status(self) -> DeliveryStatus:
        (delivery,) = await self.house.services.deliveries.of_export((await self.export()).id)
        return delivery.status

    async def used(self) -> int:
        services = self.house.services
        return (await services.exports.quota(self.user.id, services.now(), limit=10)).used

    def refuse(self, step: Step, status: int, code: int, *, times: int) -> Fault:
        """Whatever this user's export asks for there is refused; nobody else's is."""
        dm = self.dm.id
        route, only = {
            Step.PROGRESS: (TOKEN_EDIT, lambda call: not call.files),
            Step.LAST_EDIT: (TOKEN_EDIT, lambda call: bool(call.files)),
            Step.BOT_EDIT: (BOT_EDIT, lambda call: call.params["channel_id"] == self.channel.id),
            Step.CHANNEL: (SEND, lambda call: call.params["channel_id"] == self.channel.id),
            Step.OPEN_DM: (OPEN_DM, lambda call: str(call.body["recipient_id"]) == self.user.id),
            Step.DM: (SEND, lambda call: call.params["channel_id"] == dm),
        }[step]
        return self.discord.fail(route, status=status, code=code, times=times, only=only)

    @property
    def dm(self) -> Channel:
        return self.discord.dm(self.user)

    def close_before(self, step: Step, asked: Interaction, card: Message) -> None:
        """Close all that would be tried before that step."""
        order = list(Step)
        if step in order[order.index(Step.BOT_EDIT) :]:
            asked.expire()
        if step in order[order.index(Step.CHANNEL) :]:
            card.deleted = True
        if step in (Step.OPEN_DM, Step.DM):
            self.channel.bot_permissions = 0


def links(channel: Channel) -> list[Message]:
    return [message for message in channel.messages.values() if message.links and not message.deleted]


@pytest.mark.parametrize("case", cases(), ids=str)
async def test_a_step_that_is_refused_leaves_a_way_for_the_link(
    case: Case, asker: Asker, house: House, discord: FakeDiscord
) -> None:
    fault = asker.refuse(case.step, case.status, case.code, times=case.times)
    asked = await asker.ask()
    card = await asked.message()
    asker.close_before(case.step, asked, card)

    await house.finish()
    if case.later:
        assert await asker.delivery_status() is DeliveryStatus.DUE
        await house.tell_later()

    arrived = links(asker.channel) + links(asker.dm)
    assert fault.met == case.times
    if case.end is End.HISTORY:
        assert arrived == []
        assert await asker.delivery_status() is DeliveryStatus.ABANDONED
        asker.channel.bot_permissions = EVERYTHING
        history = await (await discord.slash("exports", user=asker.user, channel=asker.channel)).message()
        assert "[download](" in history.text
        return
    (done,) = arrived
    assert await asker.delivery_status() is DeliveryStatus.DELIVERED
    assert done.mentions == [asker.user.id]
    assert done.channel is (asker.dm if case.end is End.DM else asker.channel)
    assert (done is card) == (case.end in (End.CARD, End.BOT_CARD))
    if done is card:
        assert done.edits[-1].by == ("interaction" if case.end is End.CARD else "bot")
        assert bool(done.attachments) == case.plays


@pytest.mark.parametrize(
    ("status", "code", "times"),
    [
        pytest.param(401, 50027, 2, id="401"),  # the answer, and to say that it did not work
        pytest.param(403, 50001, 2, id="403"),
        pytest.param(404, 10062, 1, id="404"),  # nobody is there to be told
    ],
)
async def test_what_cannot_be_answered_makes_no_short_and_costs_nothing(
    status: int, code: int, times: int, asker: Asker, discord: FakeDiscord
) -> None:
    fault = discord.fail(CALLBACK, status=status, code=code, times=times)
    await asker.ask()
    await discord.met(fault, times)
    quota = await (await discord.slash("quota", user=asker.user, channel=asker.channel)).message()
    assert "0 of 10 today" in quota.text
    assert await asker.used() == 0


@pytest.mark.parametrize("status", [429, 502])
async def test_an_answer_that_discord_does_not_take_at_first_is_given_again(
    status: int, asker: Asker, house: House, discord: FakeDiscord
) -> None:
    fault = discord.fail(CALLBACK, status=status)
    asked = await asker.ask()
    card = await asked.message()
    await house.finish()
    assert links(asker.channel) == [card]
    assert fault.met == 1
    assert await asker.used() == 1


@pytest.mark.parametrize("code", [50027, 10015])
async def test_a_dead_token_is_tried_once_though_the_video_is_refused_after_it(
    code: int, asker: Asker, house: House, discord: FakeDiscord
) -> None:
    asked = await asker.ask()
    card = await asked.message()
    asked.expire(code)
    asker.refuse(Step.BOT_EDIT, 413, 40005, times=1)
    before = len(discord.requests)
    await house.finish()
    tried = [(request.route, request.status, bool(request.files)) for request in discord.requests[before:]]
    dead = 401 if code == 50027 else 404
    assert tried == [(TOKEN_EDIT, dead, True), (BOT_EDIT, 413, True), (BOT_EDIT, 200, False)]
    assert links(asker.channel) == [card]


async def test_a_hidden_answer_keeps_its_token_where_only_the_video_is_too_much(
    asker: Asker, house: House, discord: FakeDiscord
) -> None:
    options = {"scene": asker.scene, "private": True}
    asked = await discord.slash("export", user=asker.user, channel=asker.channel, options=options)
    card = await asked.message()
    asker.refuse(Step.LAST_EDIT, 413, 40005, times=1)
    await house.finish()  # by the bot a hidden message cannot be edited at all
    assert card.links
    assert card.edits[-1].by == "interaction"
    assert links(asker.dm) == []


async def test_a_showcase_that_is_closed_sends_nobody_a_second_message(
    asker: Asker, house: House, discord: FakeDiscord
) -> None:
    assert asker.channel.guild is not None
    hall = discord.add_channel(asker.channel.guild, "hall-of-fame")
    settings = GuildSettings(channel_id=hall.id)
    await save(house.services.notes, int(asker.channel.guild.id), settings)
    asked = await asker.ask()
    card = await asked.message()
    hall.bot_permissions = 0
    await house.finish()
    news = await house.services.deliveries.of_export((await asker.export()).id)
    assert [one.status for one in news] == [DeliveryStatus.DELIVERED, DeliveryStatus.ABANDONED]
    assert links(asker.channel) == [card]
    assert links(asker.dm) == []

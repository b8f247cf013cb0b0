"""One thing that a user did with the bot, and what the bot made of it."""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fake_discord.changes import Changes, T
from tests.fake_discord.errors import ApiError
from tests.fake_discord.messages import Message
from tests.fake_discord.payloads import user_json
from tests.fake_discord.world import Channel, User

Json = dict[str, Any]


class InteractionKind(enum.IntEnum):
    """What the user did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(enum.IntEnum):
    """How the bot answered."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The first answer, which must come within three seconds."""

    type: Callback
    data: Json
    after_s: float


@dataclass(eq=False, kw_only=True)
class Interaction:
    """A handle for the test: await what the bot answers, expire the token, look at the messages."""

    changes: Changes
    id: str
    kind: InteractionKind
    token: str
    user: User
    channel: Channel
    payload: Json  #: INTERACTION_CREATE, as the bot received it
    command_kind: int = 1
    sent_at: float = 0.0
    forced_ephemeral: bool = False
    source: Message | None = None  #: the message whose button was clicked
    origin: "Interaction | None" = None  #: the interaction that opened the modal
    answer: Answer | None = None
    original: Message | None = None  #: what `@original` is
    followups: list[Message] = field(default_factory=list)
    _dead: int | None = None

    async def answered(self) -> Answer:
        """The first answer, once it is there."""
        return await self._until(lambda: self.answer, "an answer")

    async def message(self) -> Message:
        """The message, once it says more than "is thinking…"."""
        return await self.wait_for(lambda message: not message.loading, what="a message")

    async def wait_for(
        self, holds: Callable[[Message], object], *, what: str = "", timeout_s: float | None = None
    ) -> Message:
        """The original message, once `holds` is true of it."""

        def look() -> Message | None:
            return self.original if self.original is not None and holds(self.original) else None

        return await self._until(look, what or "the message to come true", timeout_s=timeout_s)

    async def followup(self, number: int = 0) -> Message:
        """The followup message of that number."""

        def look() -> Message | None:
            return self.followups[number] if len(self.followups) > number else None

        return await self._until(look, f"followup {number}")

    async def modal(self) -> Json:
        """The modal that the bot opened."""
        answer = await self.answered()
        assert answer.type is Callback.MODAL, f"no modal, but {answer}"
        return answer.data

    async def choices(self) -> list[Json]:
        """What autocomplete offers."""
        answer = await self.answered()
        assert answer.type is Callback.CHOICES, f"no choices, but {answer}"
        return list(answer.data["choices"])

    def expire(self, code: int = 50027) -> None:
        """From now on the token is dead, as it is after 15 minutes. Discord says so with 50027 or 10015."""
        self._dead = code

    def require_alive(self) -> None:
        """Raises ApiError when the token is dead."""
        if self._dead is not None:
            raise ApiError(self._dead)

    @property
    def dead(self) -> bool:
        return self._dead is not None

    def metadata(self) -> Json:
        """The `interaction_metadata` of the messages that answer it."""
        made: Json = {
            "id": self.id,
            "type": int(self.kind),
            "user": user_json(self.user),
            "authorizing_integration_owners": self.payload["authorizing_integration_owners"],
        }
        if self.kind is InteractionKind.COMPONENT and self.source is not None:
            made["interacted_message_id"] = self.source.id
        if self.kind is InteractionKind.MODAL and self.origin is not None:
            made["triggering_interaction_metadata"] = self.origin.metadata()
        return made

    def describe(self) -> str:
        """For a failed test to print."""
        said = self.original.describe() if self.original else "no message"
        data = self.payload["data"]
        name = data.get("name") or data.get("custom_id")
        return f"{self.kind.name} {name!r} by {self.user.name}: answer={self.answer} dead={self.dead}\n{said}"

    async def _until(self, look: Callable[[], T | None], what: str, *, timeout_s: float | None = None) -> T:
        return await self.changes.until(look, lambda: f"{what} of {self.describe()}", timeout_s=timeout_s)

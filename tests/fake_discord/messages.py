"""A message in the fake Discord, with the history of its edits."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fake_discord.components import LINK, text_of, walk

if TYPE_CHECKING:
    from tests.fake_discord.world import Channel, User

Json = dict[str, Any]

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One change of a message: what was sent, by which way, and the words that it showed then."""

    payload: Json
    by: str  #: "interaction" (its token) or "bot" (the bot's own token)
    text: str
    at: str


@dataclass(eq=False, kw_only=True)
class Message:
    """The message as it stands (`state` is Discord's JSON), what it once was, and whether it is gone."""

    channel: "Channel"
    author: "User"
    state: Json
    created: Json = field(default_factory=dict)  #: the payload that made it
    edits: list[Edit] = field(default_factory=list)
    deleted: bool = False

    @property
    def id(self) -> str:
        return str(self.state["id"])

    @property
    def content(self) -> str:
        return str(self.state["content"])

    @property
    def text(self) -> str:
        """Content, embeds and components: all the words in it."""
        return text_of(self.state)

    @property
    def ephemeral(self) -> bool:
        return bool(self.state["flags"] & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it still says "is thinking…"."""
        return bool(self.state["flags"] & LOADING)

    @property
    def components(self) -> list[Json]:
        """Every component, flat."""
        return list(walk(self.state["components"]))

    @property
    def buttons(self) -> dict[str, Json]:
        """Label -> button."""
        return {str(c.get("label") or c.get("custom_id")): c for c in self.components if c["type"] == 2}

    @property
    def links(self) -> dict[str, str]:
        """Label -> address, of the buttons that open one."""
        return {label: button["url"] for label, button in self.buttons.items() if button["style"] == LINK}

    @property
    def attachments(self) -> list[Json]:
        return list(self.state["attachments"])

    @property
    def mentions(self) -> list[str]:
        """The ids of the users whom it really mentions."""
        return [user["id"] for user in self.state["mentions"]]

    def control(self, name: str) -> Json:
        """The button or select with that custom_id, label or placeholder.

        Raises:
            AssertionError: a user could not use it: it is not there, disabled, or only a link.
        """
        names = ("custom_id", "label", "placeholder")
        found = next((c for c in self.components if name in [c.get(key) for key in names]), None)
        assert found is not None, f"no control {name!r} on this message:\n{self.describe()}"
        assert not found.get("disabled"), f"{name!r} is disabled on this message:\n{self.describe()}"
        assert "custom_id" in found, f"{name!r} is a link"
        assert not self.deleted, f"the message with {name!r} is deleted"
        return found

    def describe(self) -> str:
        """For a failed test to print."""
        marks = [name for name in ("deleted", "ephemeral", "loading") if getattr(self, name)]
        controls = [c.get("label") or c["custom_id"] for c in self.components if "custom_id" in c]
        return f"message {self.id} {marks} edits={len(self.edits)} controls={controls}\n{self.text}"

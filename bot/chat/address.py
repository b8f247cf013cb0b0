"""Where on Discord news of an export goes, and how that is written in a destination."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

#: The kind of destination that an address is written in.
KIND = "discord"
YES, NO = "yes", "no"


@dataclass(frozen=True, kw_only=True)
class Address:
    """A message that may be edited, and where to go when it may not. Empty: there is none, or no longer.

    `token` is the interaction's and lives 15 minutes. `private` keeps news out of the channel. `batch` names
    the exports that share the message, with a blank between, and `note` is what their card says beside them.
    `upload_bytes` is the largest file that Discord takes there. A `showcase` sees finished shorts alone.
    """

    user_id: str
    locale: str = "en-US"
    application_id: str = ""
    token: str = ""
    channel_id: str = ""
    message_id: str = ""
    private: bool = False
    batch: str = ""
    note: str = ""
    upload_bytes: str = "0"
    showcase: bool = False

    @classmethod
    def from_text(cls, text: Mapping[str, str]) -> Self:
        """What `as_text` wrote."""
        known = {name: value for name, value in text.items() if name not in ("private", "showcase")}
        return cls(**known, private=text.get("private") == YES, showcase=text.get("showcase") == YES)

    def as_text(self) -> dict[str, str]:
        """The form in which a destination keeps it."""
        return {
            "user_id": self.user_id,
            "locale": self.locale,
            "application_id": self.application_id,
            "token": self.token,
            "channel_id": self.channel_id,
            "message_id": self.message_id,
            "private": YES if self.private else NO,
            "batch": self.batch,
            "note": self.note,
            "upload_bytes": self.upload_bytes,
            "showcase": YES if self.showcase else NO,
        }

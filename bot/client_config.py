"""The tools that may call the HTTP face, as the settings name them."""

import base64
import binascii
import hashlib
import re
from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from bot.section import Section

#: What a user may be called: it becomes part of a file's key.
USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


def _webhook_secret(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise ValueError("must be whsec_ followed by 24 to 64 bytes in base64")
    return secret


def _token_hash(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError("must be the SHA-256 of the token, 64 hexadecimal digits")
    return text


WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
TokenHash = Annotated[str, AfterValidator(_token_hash)]


class ClientSettings(Section):
    """A tool that may call the HTTP face. It needs a secret, a token, or both."""

    name: str = Field(pattern=f"^{USER_ID.pattern}$", description="its name, in logs and as its own user id")
    secrets: list[WebhookSecret] = Field(
        [], description="Standard Webhooks secrets (whsec_…); several while one is replaced"
    )
    token_hashes: list[TokenHash] = Field(
        [], description="SHA-256 of its bearer tokens; `cutdown token` makes a pair"
    )
    users: list[str] = Field([], description="users it acts for, with * and ?; empty: itself alone")
    notify_url: str = Field(
        "", description="where it hears of its exports and videos, if a request names no other place"
    )

    @model_validator(mode="after")
    def _can_authenticate(self) -> Self:
        if not self.secrets and not self.token_hashes:
            raise ValueError("needs at least one of secrets and token_hashes")
        if self.notify_url and not self.secrets:
            raise ValueError("notify_url needs a secret to sign with")
        return self

    def may_act_for(self, user_id: str) -> bool:
        """Whether requests of this client may name that user."""
        if not USER_ID.fullmatch(user_id):
            return False
        return user_id == self.name or any(fnmatchcase(user_id, pattern) for pattern in self.users)


def hash_token(token: str) -> str:
    """How a bearer token is written in the settings."""
    return hashlib.sha256(token.encode()).hexdigest()

"""Finds out who calls: by bearer token at once, or by signature once the whole body has been fed."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.config import ClientSettings, hash_token
from bot.signatures import ID, Envelope, SignatureInvalid, begun, matches, opened

BEARER = "bearer "


class Claim:
    """What the headers claim. Feed it the body, then ask who it was."""

    def __init__(
        self, headers: Mapping[str, str], *, clients: Sequence[ClientSettings], now: datetime
    ) -> None:
        """Begin with the headers.

        Raises:
            SignatureInvalid: they prove nothing, whatever the body may be.
        """
        authorization = headers.get("Authorization", "")
        self._bearer: ClientSettings | None = None
        self._envelope: Envelope | None = None
        self._made: list[tuple[ClientSettings, hmac.HMAC]] = []
        if authorization.lower().startswith(BEARER):
            self._bearer = _holder(authorization[len(BEARER) :].strip(), clients)
        elif ID in headers:
            envelope = opened(headers, now=now)
            self._envelope = envelope
            self._made = [
                (client, begun(envelope, secret.get_secret_value()))
                for client in clients
                for secret in client.secrets
            ]
        else:
            raise SignatureInvalid("Send a bearer token, or sign the request.")

    @property
    def signed_id(self) -> str | None:
        """The name that a signed message bears; a token's holder gives none."""
        return self._envelope.id if self._envelope else None

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the body."""
        for _, made in self._made:
            made.update(piece)

    def client(self) -> ClientSettings:
        """Who has sent it.

        Raises:
            SignatureInvalid: nobody we know.
        """
        if self._bearer is not None:
            return self._bearer
        envelope = self._envelope
        right = [client for client, made in self._made if envelope is not None and matches(envelope, made)]
        if not right:
            raise SignatureInvalid("No signature of this request is right.")
        return right[0]


def _holder(token: str, clients: Sequence[ClientSettings]) -> ClientSettings:
    if not token.isascii():  # what is no text at all cannot be hashed as text
        raise SignatureInvalid("Nobody here has that token.")
    hashed = hash_token(token)
    right = [
        client
        for client in clients
        for known in client.token_hashes
        if hmac.compare_digest(known.encode(), hashed.encode())
    ]
    if not right:
        raise SignatureInvalid("Nobody here has that token.")
    return right[0]

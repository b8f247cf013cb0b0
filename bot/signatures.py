"""Standard Webhooks signatures, made and checked without any I/O.

A signature covers `id.timestamp.body`. It is begun before the body is there and fed piece by piece, because
an upload of gigabytes is signed in the same way as a line of JSON.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=5)
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
LONGEST_ID = 200


class SignatureInvalid(Exception):
    """The headers are missing or malformed, too old or too new, or no secret has made them."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What the three headers say, before the body is known."""

    id: str
    timestamp: str
    signatures: tuple[bytes, ...]


def opened(headers: Mapping[str, str], *, now: datetime) -> Envelope:
    """The headers of a message that was sent about `now`.

    Raises:
        SignatureInvalid: one is missing or malformed, or the message is too old or too new.
    """
    name, timestamp, said = (headers.get(header, "") for header in (ID, TIMESTAMP, SIGNATURE))
    if not (0 < len(name) <= LONGEST_ID and name.isascii() and name.isprintable()):
        raise SignatureInvalid(f"The header {ID} is missing or malformed.")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureInvalid(f"The header {TIMESTAMP} is missing or malformed.")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise SignatureInvalid(f"The header {TIMESTAMP} is more than {TOLERANCE.seconds} s from our clock.")
    return Envelope(id=name, timestamp=timestamp, signatures=tuple(_decoded(said)))


def begun(envelope: Envelope, secret: str) -> hmac.HMAC:
    """The signature that this secret gives, to be fed with the body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return hmac.new(key, f"{envelope.id}.{envelope.timestamp}.".encode(), hashlib.sha256)


def matches(envelope: Envelope, made: hmac.HMAC) -> bool:
    """Whether the sender has made the same. The time it takes says nothing about the right one."""
    digest = made.digest()
    return any(hmac.compare_digest(digest, signature) for signature in envelope.signatures)


def sign(body: bytes, *, id: str, secret: str, now: datetime) -> dict[str, str]:  # noqa: A002
    """The headers that go with a body sent `now`."""
    envelope = Envelope(id=id, timestamp=str(int(now.astimezone(UTC).timestamp())), signatures=())
    made = begun(envelope, secret)
    made.update(body)
    return {
        ID: envelope.id,
        TIMESTAMP: envelope.timestamp,
        SIGNATURE: f"v1,{base64.b64encode(made.digest()).decode()}",
    }


def verify(body: bytes, headers: Mapping[str, str], *, secret: str, now: datetime) -> str:
    """The id of a message that the holder of the secret has signed.

    Raises:
        SignatureInvalid: nobody with this secret has.
    """
    envelope = opened(headers, now=now)
    made = begun(envelope, secret)
    made.update(body)
    if not matches(envelope, made):
        raise SignatureInvalid("No signature of this message is right.")
    return envelope.id


def _decoded(said: str) -> list[bytes]:
    """The `v1` signatures in a header; other versions and malformed ones are passed over."""
    decoded = []
    for part in said.split(" "):
        version, _, signature = part.partition(",")
        if version == "v1":
            try:
                decoded.append(base64.b64decode(signature, validate=True))
            except (binascii.Error, ValueError):
                continue
    return decoded

"""`cutdown token`: a bearer token for a client, and a signing secret."""

import argparse
import base64
import secrets

from bot.commands.base import Command, say
from bot.config import hash_token


def _run(_: argparse.Namespace) -> int:
    token = secrets.token_urlsafe(32)
    say(f"bearer token, for the tool:            {token}")
    say(f"its hash, for token_hashes:            {hash_token(token)}")
    say(f"signing secret, for both sides:        whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}")
    return 0


COMMAND = Command(
    name="token",
    summary="make a bearer token with its hash, and a signing secret",
    add_arguments=lambda parser: None,
    run=_run,
)

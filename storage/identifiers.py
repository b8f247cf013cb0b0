"""Makes the names of things: short ones that a person can type, and tokens that nobody can guess."""

import secrets

#: Crockford's base 32 alphabet in lower case: no i, l, o, u, so that it survives being read aloud.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """A fresh name such as `scn_4kd0zt9m3v` (50 random bits)."""
    return f"{prefix}_{''.join(secrets.choice(ALPHABET) for _ in range(10))}"


def new_token() -> str:
    """A fresh secret for a link: 192 random bits, safe in a URL."""
    return secrets.token_urlsafe(24)

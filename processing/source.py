"""What ffmpeg may read a video from: a file of this machine, or our own proxy on loopback."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Loopback:
    """A file that is read in parts through a proxy of ours, at an address that dies with the work."""

    url: str = field(repr=False)


#: So much of a loopback source may lie unread before the reader: the kernel would hold megabytes ready,
#: and a server elsewhere would have sent them for nothing.
BUFFER_BYTES = 64 * 1024

#: ffmpeg is never given anything else, least of all an address that a user has named.
Source = Path | Loopback


def address(source: Source) -> str:
    """What stands behind `-i`, whatever folder the program runs in."""
    return source.url if isinstance(source, Loopback) else f"file:{source.absolute()}"


def position(seconds: float) -> str:
    """A time as `-ss` reads it: of digits alone, for 1e-05 is no time to ffmpeg."""
    return f"{Decimal(str(seconds)):f}"


def protocol_options(source: Source) -> dict[str, str | int]:
    """The protocols that reading it takes, and no way around them."""
    if isinstance(source, Loopback):
        # an empty proxy, so that one in the environment is not asked for our own loopback
        return {"protocol_whitelist": "http,tcp", "http_proxy": "", "recv_buffer_size": BUFFER_BYTES}
    return {"protocol_whitelist": "file"}

"""Bounds how many connections are open at once."""

import resource
from collections import Counter
from ipaddress import IPv6Address, ip_address

#: One address holds so much of the room at the most, so that it cannot lock out all others.
SHARE = 0.5
#: A host has a whole network of this size to itself, and as many addresses as it likes.
IPV6_HOST_BITS = 64
#: Files that the work needs besides: the database, videos, what goes into ffmpeg and comes out.
FILES_OF_THE_WORK = 512
LEAST = 16


class Room:
    """Counts open connections, of all and of each address."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str] = Counter()
        self.open = 0
        self.refused = 0
        self.telling = 0

    def enter(self, host: str) -> bool:
        """Take a place, if there is one for this host."""
        most_of_one = max(1, int(self._most * SHARE))
        if self.open >= self._most or self._held[host] >= most_of_one:
            self.refused += 1
            return False
        self.open += 1
        self._held[host] += 1
        return True

    def leave(self, host: str) -> None:
        """Give the place back."""
        self.open -= 1
        self._held[host] -= 1
        if not self._held[host]:
            del self._held[host]


def beside_the_work(wanted: int) -> int:
    """As many connections as are wanted, or as there are files for: one each, and one that it is sent."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most == resource.RLIM_INFINITY:
        return wanted
    return max(LEAST, min(wanted, (most - FILES_OF_THE_WORK) // 2))


def host_of(address: str) -> str:
    """Whose address that is, as far as one host can be told from another."""
    parsed = ip_address(address.partition("%")[0])
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> IPV6_HOST_BITS:x}"

"""Says which addresses of the network are nobody's private place, and makes sockets for no others."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Not public, though the standard library (of some version) takes them for global.
_ALSO_PRIVATE: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "64:ff9b:1::/48",
        "2001::/23",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")
#: These two have no IPv4 address inside: nowhere, and this machine.
_OWN = IPv6Network("::/127")


class AddressRefused(OSError):
    """A private address: nothing is sent there."""


def is_public(address: Address, *, allowed: Sequence[Network] = ()) -> bool:
    """Whether we may connect to it. An IPv4 address in an IPv6 coat is judged without the coat."""
    coated, address = address, _uncoated(address)
    if any(address in network or coated in network for network in allowed):
        return True
    if address.is_multicast or any(address in network for network in _ALSO_PRIVATE):
        return False
    return address.is_global


def guarded(allowed: Sequence[Network]) -> Callable[[tuple[Any, ...]], socket.socket]:
    """Makes the sockets of a connector.

    The check stands here, at the last moment, because what a resolver says may change from one question to
    the next, and an address that is written as a number is never resolved at all.
    """

    def make(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        if not is_public(ip_address(address[0]), allowed=allowed):
            raise AddressRefused("the address is not public")
        return socket.socket(family=family, type=kind, proto=protocol)

    return make


def _uncoated(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or (address in _COMPATIBLE and address not in _OWN):
        return IPv4Address(address.packed[-4:])
    return address

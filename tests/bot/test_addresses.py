"""Only public addresses are connected to, in whatever form the others are written."""

from ipaddress import ip_address, ip_network

import pytest

from bot.addresses import AddressRefused, guarded, is_public

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "224.0.1.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_a_private_address_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1", "64:ff9b::1.1.1.1"])
def test_an_address_of_the_open_network_is_public(text: str) -> None:
    assert is_public(ip_address(text))


def test_an_allowed_network_is_open_in_every_form_and_others_stay_shut() -> None:
    allowed = [ip_network("10.0.0.0/8")]
    assert is_public(ip_address("10.1.2.3"), allowed=allowed)
    assert is_public(ip_address("::ffff:10.1.2.3"), allowed=allowed)
    assert not is_public(ip_address("192.168.0.1"), allowed=allowed)


@pytest.mark.parametrize(
    ("network", "address", "other"),
    [
        ("::1/128", "::1", "::"),
        ("::1/128", "::1", "127.0.0.1"),
        ("fd12::/16", "fd12::1", "fd13::1"),
        ("::ffff:10.0.0.0/104", "::ffff:10.1.2.3", "::ffff:192.168.0.1"),
        ("64:ff9b::/96", "64:ff9b::10.0.0.1", "10.0.0.1"),
        ("0.0.0.0/31", "::ffff:0.0.0.1", "::1"),
    ],
)
def test_an_allowed_network_is_open_as_it_is_written(network: str, address: str, other: str) -> None:
    allowed = [ip_network(network)]
    assert is_public(ip_address(address), allowed=allowed)
    assert not is_public(ip_address(other), allowed=allowed)


def test_no_socket_is_made_for_a_private_address() -> None:
    with pytest.raises(AddressRefused):
        guarded([])((2, 1, 6, "", ("127.0.0.1", 80)))

"""Addresses: what is written in a destination is read again."""

from bot.chat.address import Address

FULL = Address(
    user_id="7",
    locale="de",
    application_id="1",
    token="t",
    channel_id="2",
    message_id="3",
    private=True,
    batch="exp_a exp_b",
    note="Left out",
)


def test_an_address_is_read_as_it_was_written() -> None:
    assert Address.from_text(FULL.as_text()) == FULL


def test_an_address_is_text_alone() -> None:
    assert all(isinstance(value, str) for value in FULL.as_text().values())


def test_a_channel_and_a_user_are_address_enough() -> None:
    assert Address.from_text({"user_id": "7", "channel_id": "2"}) == Address(user_id="7", channel_id="2")

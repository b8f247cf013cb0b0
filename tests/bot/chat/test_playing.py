"""When a smaller copy of a short is wanted, and how large it may be."""

from dataclasses import replace

import pytest

from bot.chat.address import Address
from bot.chat.playing import LEAST_UPLOAD_BYTES, miniature_bytes
from storage.models import ExportStatus
from tests.bot.chat.samples import FACTS, export

HERE = Address(user_id="7", channel_id="1", message_id="2")
MORE = 25 * 1024 * 1024


@pytest.mark.parametrize(
    ("size_bytes", "address", "wanted"),
    [
        pytest.param(MORE + 1, replace(HERE, upload_bytes=str(MORE)), MORE, id="too-large-for-the-place"),
        pytest.param(
            MORE, replace(HERE, upload_bytes=str(MORE)), LEAST_UPLOAD_BYTES, id="refused-although-it-fits"
        ),
        pytest.param(9_000_000, replace(HERE, upload_bytes=str(MORE)), None, id="refused-but-small-enough"),
        pytest.param(MORE, replace(HERE, batch="exp_a exp_b"), None, id="batch"),
        pytest.param(MORE, replace(HERE, showcase=True), None, id="nobody-knows-the-limit"),
    ],
)
def test_a_smaller_copy_is_as_large_as_the_place_takes(
    size_bytes: int, address: Address, wanted: int | None
) -> None:
    short = replace(export(ExportStatus.COMPLETED), facts=replace(FACTS, size_bytes=size_bytes))
    assert miniature_bytes(short, address) == wanted


@pytest.mark.parametrize("status", sorted(set(ExportStatus) - {ExportStatus.COMPLETED}))
def test_nothing_else_than_a_short_that_lives_has_one(status: ExportStatus) -> None:
    large = replace(export(status), facts=replace(FACTS, size_bytes=MORE))
    assert miniature_bytes(large, replace(HERE, upload_bytes="1")) is None

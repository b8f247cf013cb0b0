"""Shows a finished short in its message: played there where it fits, else as a link."""

from bot.chat.address import Address
from bot.chat.facts import card_of
from bot.chat.post import Letter, Post
from bot.services import Services
from storage.files import NothingStored
from storage.models import Destination, Export, ExportStatus


async def edit_playing(export: Export, destination: Destination, *, services: Services, post: Post) -> bool:
    """Whether the message plays the short itself now, for which it must fit Discord's limit there."""
    address = Address.from_text(destination.address)
    if not fits(export, address):
        return False
    assert export.file_key is not None
    try:
        async with services.files.fetch(export.file_key) as video:
            card = await card_of(export, address, services, video=True)
            return await post.edit(destination, Letter(card=card, mention=True, video=video))
    except NothingStored:
        return False


def fits(export: Export, address: Address) -> bool:
    """Whether the short may be sent along. A batch shows links alone."""
    if export.status is not ExportStatus.COMPLETED or export.facts is None or address.batch:
        return False
    return export.facts.size_bytes <= int(address.upload_bytes)

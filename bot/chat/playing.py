"""Shows a finished short in its message: played there, or a smaller copy of it, or as a link alone."""

from bot.chat.address import Address
from bot.chat.cards import Playing
from bot.chat.facts import card_of
from bot.chat.post import Letter, Post
from bot.services import Services
from storage.files import NothingStored
from storage.models import Destination, Export, ExportStatus

#: What Discord takes from anybody, anywhere.
LEAST_UPLOAD_BYTES = 10 * 1024 * 1024


async def edit_playing(export: Export, destination: Destination, *, services: Services, post: Post) -> bool:
    """Whether the message plays the short itself now, or its miniature."""
    address = Address.from_text(destination.address)
    file_key, playing = await _found(export, address, services)
    if file_key is None:
        return False
    try:
        async with services.files.fetch(file_key) as video:
            card = await card_of(export, address, services, playing=playing)
            return await post.edit(destination, Letter(card=card, mention=True, video=video))
    except NothingStored:
        return False


def miniature_bytes(export: Export, address: Address) -> int | None:
    """How large a smaller copy may be, for a short that cannot be played there. None: none is wanted.

    A showcase does not say how much it takes, and a batch shows links alone.
    """
    taken = int(address.upload_bytes)
    if export.status is not ExportStatus.COMPLETED or export.facts is None or address.batch or not taken:
        return None
    if export.facts.size_bytes > taken:
        return taken
    # it was said to fit, and refused nevertheless
    return LEAST_UPLOAD_BYTES if export.facts.size_bytes > LEAST_UPLOAD_BYTES else None


async def _found(export: Export, address: Address, services: Services) -> tuple[str | None, Playing]:
    """The file to send along."""
    if export.status is not ExportStatus.COMPLETED or export.facts is None or address.batch:
        return None, Playing.NOTHING
    miniature = await services.miniatures.of_export(export.id)
    if miniature is None:
        fits = export.facts.size_bytes <= int(address.upload_bytes)
        return (export.file_key, Playing.WHOLE) if fits else (None, Playing.NOTHING)
    fits = (miniature.size_bytes or 0) <= int(address.upload_bytes)
    return (miniature.file_key, Playing.MINIATURE) if fits else (None, Playing.NOTHING)

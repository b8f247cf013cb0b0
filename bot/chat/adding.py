"""Takes a video that a user sent or named into the catalogue, and shows its scenes."""

import asyncio
import math
import re
from dataclasses import replace

import aiohttp
import discord
import structlog
from discord import ui

from bot.chat.attachments import fetched
from bot.chat.cards import BLUE, note_card
from bot.chat.client import Interaction
from bot.chat.languages import words_for
from bot.chat.listing import show_scenes
from bot.chat.messages import intake_line
from bot.chat.refusals import Refused
from processing.arrival import REMOVED
from processing.requests import check_interval
from storage.intake_models import IntakeStatus, Wish

log = structlog.get_logger()

ADDRESS = re.compile(r"(https?://|folder:)[ -~]{1,2000}")
FINISHED = frozenset({IntakeStatus.READY, IntakeStatus.FAILED})
SPACING_S = 2.5
#: The answer can be edited for a quarter of an hour; what takes longer is found in the list of scenes.
PATIENCE_S = 13 * 60.0
#: The answer has been deleted, or its time is over.
GONE = frozenset({401, 404})


async def add_video(interaction: Interaction, source: discord.Attachment | str, wish: Wish) -> None:
    """Answer a deferred interaction with the scenes of the video, once they are found.

    What is wished for is done with the video, whatever becomes of the answer.

    Raises:
        Refused, SourceRefused, InvalidTrim: no short can be made of it, and it is not kept.
    """
    if wish.end_s is not None:
        check_interval(wish.start_s or 0.0, wish.end_s, within=(0.0, math.inf), what="video")
    if isinstance(source, str):
        video_id = await _named(interaction, source, wish)
    else:
        video_id = await _sent(interaction, source, wish)
    in_time = await _followed(interaction, video_id)
    services = interaction.client.services
    if await services.videos.get(video_id) is None:
        intake = await services.intakes.get(video_id)
        why = words_for(interaction.locale.value).sentence((intake and intake.error) or REMOVED)
        raise Refused("intake_failed", why=why)
    if in_time:
        await show_scenes(interaction, video_id=video_id)


async def _sent(interaction: Interaction, attachment: discord.Attachment, wish: Wish) -> str:
    services = interaction.client.services
    if not services.settings.ingest.detect_scenes and not wish.names_a_scene:
        wish = replace(wish, start_s=0.0)  # all of it: none is looked for
    async with fetched(attachment, services) as path:
        video = await services.library.add_video(
            path, owner_id=str(interaction.user.id), name=attachment.filename, title=wish.title, wish=wish
        )
    if not wish.names_a_scene:
        await services.ingestor.find_scenes(video, wish=wish)
    return video.id


async def _named(interaction: Interaction, address: str, wish: Wish) -> str:
    if not ADDRESS.fullmatch(address):
        raise Refused("bad_address")
    ingestor, user_id = interaction.client.services.ingestor, str(interaction.user.id)
    asked = await ingestor.request(
        address, owner_id=user_id, title=wish.title, finds_scenes=not wish.names_a_scene, wish=wish
    )
    return asked.video_id


async def _followed(interaction: Interaction, video_id: str) -> bool:
    """Until the intake has ended, shown meanwhile. False: the answer can no longer tell what comes."""
    services, words = interaction.client.services, words_for(interaction.locale.value)
    patient_until = asyncio.get_running_loop().time() + PATIENCE_S
    in_time = shown = True
    while (intake := await services.intakes.get(video_id)) and intake.status not in FINISHED:
        if in_time and shown:
            in_time = asyncio.get_running_loop().time() < patient_until
            done = services.ingestor.progress.get(video_id, 0.0)
            text = intake_line(intake.status, done, words) if in_time else words("intake.later")
            shown = await _shown(interaction, note_card(text, title=words("scenes.title"), colour=BLUE))
        await asyncio.sleep(SPACING_S)
    return in_time and shown


async def _shown(interaction: Interaction, card: ui.LayoutView) -> bool:
    """Show this card; if that fails, a later one will do. False: there is no answer to show it in."""
    try:
        await interaction.edit_original_response(view=card)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        log.info("progress not shown", error=type(error).__name__)
        return getattr(error, "status", None) not in GONE
    return True

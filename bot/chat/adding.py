"""Takes a video that a user sent or named into the catalogue, and shows its scenes."""

import asyncio
import math
import re
from dataclasses import dataclass

import discord

from bot.chat.asking import place_of
from bot.chat.attachments import fetched
from bot.chat.cards import BLUE, note_card
from bot.chat.client import Interaction
from bot.chat.languages import words_for
from bot.chat.listing import show_scenes
from bot.chat.messages import intake_line
from bot.chat.refusals import Refused
from processing.arrival import REMOVED
from processing.errors import InvalidTrim
from processing.requests import check_interval
from storage.intake_models import IntakeStatus
from storage.models import Video

ADDRESS = re.compile(r"(https?://|folder:)[ -~]{1,2000}")
FINISHED = frozenset({IntakeStatus.READY, IntakeStatus.FAILED})
SPACING_S = 2.5
#: The answer can be edited for a quarter of an hour; what takes longer is found in the list of scenes.
PATIENCE_S = 13 * 60.0


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the user said of the video: its title, the one scene of interest, and who else may use it."""

    title: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    shared: bool = False

    @property
    def names_a_scene(self) -> bool:
        """Whether there is nothing to look for."""
        return self.start_s is not None or self.end_s is not None


async def add_video(interaction: Interaction, source: discord.Attachment | str, wish: Wish) -> None:
    """Answer a deferred interaction with the scenes of the video, once they are found.

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
    video = await services.videos.get(video_id)
    if video is None:
        intake = await services.intakes.get(video_id)
        why = words_for(interaction.locale.value).sentence((intake and intake.error) or REMOVED)
        raise Refused("intake_failed", why=why)
    try:
        await _complete(interaction, video, wish)
    except InvalidTrim:
        await services.ingestor.remove(video.id)
        raise
    if in_time:
        await show_scenes(interaction, video_id=video_id)


async def _sent(interaction: Interaction, attachment: discord.Attachment, wish: Wish) -> str:
    services = interaction.client.services
    async with fetched(attachment, services) as path:
        video = await services.library.add_video(
            path, owner_id=str(interaction.user.id), name=attachment.filename, title=wish.title
        )
    if services.settings.ingest.detect_scenes and not wish.names_a_scene:
        await services.ingestor.find_scenes(video)
    return video.id


async def _named(interaction: Interaction, address: str, wish: Wish) -> str:
    if not ADDRESS.fullmatch(address):
        raise Refused("bad_address")
    ingestor, user_id = interaction.client.services.ingestor, str(interaction.user.id)
    asked = await ingestor.request(
        address, owner_id=user_id, title=wish.title, finds_scenes=not wish.names_a_scene
    )
    return asked.video_id


async def _followed(interaction: Interaction, video_id: str) -> bool:
    """Until the intake has ended, shown meanwhile. False: the answer can no longer tell what comes."""
    services, words = interaction.client.services, words_for(interaction.locale.value)
    patient_until = asyncio.get_running_loop().time() + PATIENCE_S
    in_time = True
    while (intake := await services.intakes.get(video_id)) and intake.status not in FINISHED:
        if in_time:
            in_time = asyncio.get_running_loop().time() < patient_until
            done = services.ingestor.progress.get(video_id, 0.0)
            text = intake_line(intake.status, done, words) if in_time else words("intake.later")
            await interaction.edit_original_response(
                view=note_card(text, title=words("scenes.title"), colour=BLUE)
            )
        await asyncio.sleep(SPACING_S)
    return in_time


async def _complete(interaction: Interaction, video: Video, wish: Wish) -> None:
    """The scene that was named, or the whole where none was found; and the share."""
    services = interaction.client.services
    if wish.names_a_scene or not await services.library.scenes_of(video):
        end_s = video.duration_s if wish.end_s is None else wish.end_s
        await services.library.add_scene(video, start_s=wish.start_s or 0.0, end_s=end_s, title=wish.title)
    if wish.shared and (guild_id := place_of(interaction)):
        await services.videos.share(video.id, guild_id)

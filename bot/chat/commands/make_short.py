"""*Make a short*, in the menu of a message with a video."""

import mimetypes

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.chat.adding import add_video
from bot.chat.answering import acknowledge
from bot.chat.client import Interaction
from bot.chat.languages import DEFAULT, LANGUAGES
from bot.chat.refusals import Refused
from storage.intake_models import Wish

KEY = "command.make_short"


@app_commands.context_menu(name=locale_str(LANGUAGES[DEFAULT](KEY), key=KEY))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def make_short(interaction: Interaction, message: discord.Message) -> None:
    """Take the message's video in, and show its scenes to the user alone."""
    await acknowledge(interaction, ephemeral=True)
    # a message that was forwarded holds nothing itself, but what it was when it was forwarded
    forwarded = [file for before in message.message_snapshots for file in before.attachments]
    if (video := next(filter(_is_video, [*message.attachments, *forwarded]), None)) is None:
        raise Refused("no_attachment")
    await add_video(interaction, video, Wish())


def _is_video(file: discord.Attachment) -> bool:
    """By what Discord says of it; where that says nothing, by its name. What it really is, is seen later."""
    kind = file.content_type or mimetypes.guess_type(file.filename)[0] or ""
    return kind.startswith("video/")

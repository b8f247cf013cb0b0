"""Turns what went wrong into a kind sentence for the one who asked: the one place for all of Discord."""

from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands, ui

from bot.chat.answering import answered_with
from bot.chat.cards import AMBER, card, note_card
from bot.chat.languages import Words, words_for
from bot.chat.messages import spent_line
from processing.errors import ExportError, QuotaExceeded

log = structlog.get_logger()


class Refused(Exception):
    """Asked for on Discord, and not to be had; `reason` names the text that says why."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


async def explain(interaction: discord.Interaction[Any], error: Exception) -> None:
    """Tell the user alone. What is not theirs to know goes to the log."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if interaction.client.is_closed():
        log.info("interaction broken off by the end of the service")
        return
    if isinstance(cause, discord.NotFound):
        log.info("interaction gone", code=cause.code)  # answered too late, or deleted: nobody is there
        return
    words = words_for(interaction.locale.value)
    if (text := sentence(cause, words)) is None:
        _note(cause)
        text = words("refused.unknown")
    try:
        await tell_alone(interaction, note_card(text, title=words("refused.title"), colour=AMBER))
    except (discord.HTTPException, aiohttp.ClientError, OSError) as trouble:
        log.warning("user not told", error=type(trouble).__name__)


def _note(cause: BaseException) -> None:
    """A request that is malformed is our fault, like any bug; every other refusal is Discord's word."""
    if isinstance(cause, discord.HTTPException) and cause.status != 400:
        log.warning("interaction refused by discord", status=cause.status, code=cause.code)
    else:
        log.error("interaction failed", exc_info=cause)


def sentence(error: Exception, words: Words) -> str | None:
    """What the user is told. None: the fault is ours, and its details are not theirs to read."""
    if isinstance(error, QuotaExceeded):
        return spent_line(error.limit, error.resets_at, words)
    if isinstance(error, Refused):
        return words(f"refused.{error.reason}", **error.values)
    if isinstance(error, ExportError):
        key = f"refused.{error.code}"
        return words(key) if key in words else words.sentence(str(error))
    return None


async def tell_alone(interaction: discord.Interaction[Any], answer: ui.LayoutView) -> None:
    """Answer so that nobody else sees it, whatever was answered before."""
    if (answered := answered_with(interaction)) is None:
        await interaction.response.send_message(view=answer, ephemeral=True)
    elif answered is not discord.InteractionResponseType.deferred_channel_message:
        await interaction.followup.send(view=answer, ephemeral=True)
    elif (await interaction.original_response()).flags.ephemeral:
        await interaction.edit_original_response(view=answer)
    else:
        # what follows a public "thinking" directly would take its place, and be public as well
        await interaction.edit_original_response(view=card(ui.TextDisplay("…"), colour=AMBER))
        await interaction.followup.send(view=answer, ephemeral=True)
        await interaction.delete_original_response()

"""`/video`: the sources that scenes are cut from."""

import discord
from discord import app_commands
from discord.app_commands import Choice

from bot.chat.adding import add_video
from bot.chat.answering import acknowledge
from bot.chat.asking import place_of
from bot.chat.cards import BLUE, note_card
from bot.chat.client import Interaction
from bot.chat.languages import said, words_for
from bot.chat.lists import videos_card
from bot.chat.messages import intake_choice, intake_name, safe, video_choice
from bot.chat.refusals import Refused
from bot.chat.times import seconds
from storage.folding import folded
from storage.intake_models import Wish

CHOICES = 25
SHOWN = 20
SERVER = "server"

video = app_commands.Group(
    name="video",
    description=said("command.video"),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
)


@video.command(name="add", description=said("command.video.add"))
@app_commands.describe(
    file=said("command.video.add.file"),
    url=said("command.video.add.url"),
    title=said("command.video.add.title"),
    start=said("command.export.start"),
    end=said("command.export.end"),
    share=said("command.video.add.share"),
)
@app_commands.choices(
    share=[
        Choice(name=said("share.nobody"), value="nobody"),
        Choice(name=said("share.server"), value=SERVER),
    ]
)
async def add(
    interaction: Interaction,
    file: discord.Attachment | None = None,
    url: app_commands.Range[str, 1, 2000] | None = None,
    title: app_commands.Range[str, 1, 100] | None = None,
    start: str | None = None,
    end: str | None = None,
    share: str = "nobody",
) -> None:
    """Take a video in, and show its scenes."""
    await acknowledge(interaction, ephemeral=True)
    source = file or url
    if source is None or (file and url):
        raise Refused("file_or_url")
    guild_id = place_of(interaction) if share == SERVER else None
    if share == SERVER and guild_id is None:
        raise Refused("no_server")
    wish = Wish(title=title, start_s=seconds(start), end_s=seconds(end), guild_id=guild_id)
    await add_video(interaction, source, wish)


@video.command(name="list", description=said("command.video.list"))
async def list_videos(interaction: Interaction) -> None:
    """Show what the user has."""
    await acknowledge(interaction, ephemeral=True)
    videos = await interaction.client.services.videos.of_owner(str(interaction.user.id))
    words = words_for(interaction.locale.value)
    await interaction.edit_original_response(view=videos_card(videos[:SHOWN], words))


@video.command(name="remove", description=said("command.video.remove"))
@app_commands.describe(video_id=said("command.video.remove.video"))
@app_commands.rename(video_id="video")
async def remove(interaction: Interaction, video_id: str) -> None:
    """Forget a video with its scenes, or call it off while it comes in."""
    await acknowledge(interaction, ephemeral=True)
    services, user_id = interaction.client.services, str(interaction.user.id)
    names = {one.video_id: intake_name(one) for one in await services.intakes.on_their_way(user_id)}
    if held := await services.library.video(video_id, owner_id=user_id):
        names[video_id] = held.title
    if video_id not in names or not await services.ingestor.remove(video_id):
        raise Refused("no_video")
    words = words_for(interaction.locale.value)
    card = note_card(
        words("videos.removed", title=safe(names[video_id])), title=words("videos.title"), colour=BLUE
    )
    await interaction.edit_original_response(view=card)


@remove.autocomplete("video_id")
async def removable(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """The user's videos whose title fits what was typed; first those that are still on their way."""
    services, user_id = interaction.client.services, str(interaction.user.id)
    words = words_for(interaction.locale.value)
    coming = [
        Choice(name=intake_choice(intake, words), value=intake.video_id)
        for intake in await services.intakes.on_their_way(user_id)
        if _fits(typed, intake_name(intake), intake.video_id)
    ]
    return [*coming, *await own_videos(interaction, typed)][:CHOICES]


async def own_videos(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Those of the user's videos that are held."""
    words = words_for(interaction.locale.value)
    held = await interaction.client.services.videos.of_owner(str(interaction.user.id))
    found = [one for one in held if _fits(typed, one.title, one.id)]
    return [Choice(name=video_choice(one, words), value=one.id) for one in found[:CHOICES]]


def _fits(typed: str, title: str, name: str) -> bool:
    wish = typed.strip()
    return folded(wish) in folded(title) or wish == name

"""`/scenes`: the user's scenes, to choose from."""

from discord import app_commands

from bot.chat.answering import acknowledge
from bot.chat.client import Interaction
from bot.chat.commands.video import own_videos
from bot.chat.languages import said
from bot.chat.listing import show_scenes


@app_commands.command(name="scenes", description=said("command.scenes"))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
@app_commands.describe(video=said("command.scenes.video"))
async def scenes(interaction: Interaction, video: str | None = None) -> None:
    """Show the first page to the user alone."""
    await acknowledge(interaction, ephemeral=True)
    await show_scenes(interaction, video_id=video)


scenes.autocomplete("video")(own_videos)

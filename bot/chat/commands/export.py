"""`/export`: a scene becomes a short."""

from discord import app_commands
from discord.app_commands import Choice

from bot.chat.asking import ask_for_short, place_of
from bot.chat.client import Interaction
from bot.chat.languages import said, words_for
from bot.chat.menus import QUALITY_CHOICES, STRATEGY_CHOICES
from bot.chat.messages import scene_choice
from bot.chat.times import seconds
from processing.recipes import MIDDLE
from storage.models import Recipe

#: Discord shows that many choices.
CHOICES = 25


@app_commands.command(name="export", description=said("command.export"))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
@app_commands.describe(
    scene=said("command.export.scene"),
    strategy=said("command.export.strategy"),
    quality=said("command.export.quality"),
    focus=said("command.export.focus"),
    start=said("command.export.start"),
    end=said("command.export.end"),
    private=said("command.export.private"),
)
@app_commands.choices(
    strategy=STRATEGY_CHOICES,
    quality=QUALITY_CHOICES,
)
async def export(
    interaction: Interaction,
    scene: str,
    strategy: str = "",
    quality: str = "",
    focus: app_commands.Range[int, 0, 100] = MIDDLE,
    start: str | None = None,
    end: str | None = None,
    private: bool = False,
) -> None:
    """Ask for a short of one of the user's scenes."""
    await ask_for_short(
        interaction,
        scene_id=scene,
        recipe=Recipe(strategy=strategy, quality=quality, focus=focus),
        start_s=seconds(start),
        end_s=seconds(end),
        private=private,
    )


@export.autocomplete("scene")
async def open_scenes(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """The newest scenes open to the user that fit what was typed; from the database alone, so at once."""
    words = words_for(interaction.locale.value)
    scenes = interaction.client.services.scenes
    found = await scenes.matching(
        str(interaction.user.id), typed.strip(), guild_id=place_of(interaction), at_most=CHOICES
    )
    return [Choice(name=scene_choice(scene, words), value=scene.id) for scene in found]

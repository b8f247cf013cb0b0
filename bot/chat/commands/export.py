"""`/export`: a scene becomes a short."""

from discord import app_commands
from discord.app_commands import Choice, locale_str

from bot.chat.asking import ask_for_short
from bot.chat.client import Interaction
from bot.chat.languages import said, words_for
from bot.chat.messages import scene_choice
from bot.chat.times import seconds
from processing.quality import QUALITIES
from processing.strategies import STRATEGIES

#: Discord shows that many choices.
CHOICES = 25


@app_commands.command(name="export", description=said("command.export"))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
@app_commands.describe(
    scene=said("command.export.scene"),
    strategy=said("command.export.strategy"),
    quality=said("command.export.quality"),
    start=said("command.export.start"),
    end=said("command.export.end"),
    private=said("command.export.private"),
)
@app_commands.choices(
    strategy=[Choice(name=locale_str(s.summary), value=s.name) for s in STRATEGIES.values()],
    quality=[Choice(name=locale_str(q.summary), value=q.name) for q in QUALITIES.values()],
)
async def export(
    interaction: Interaction,
    scene: str,
    strategy: str,
    quality: str,
    start: str | None = None,
    end: str | None = None,
    private: bool = False,
) -> None:
    """Ask for a short of one of the user's scenes."""
    await ask_for_short(
        interaction,
        scene_id=scene,
        strategy=strategy,
        quality=quality,
        start_s=seconds(start),
        end_s=seconds(end),
        private=private,
    )


@export.autocomplete("scene")
async def own_scenes(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """The user's newest scenes that fit what was typed; from the database alone, so at once."""
    words = words_for(interaction.locale.value)
    scenes = interaction.client.services.scenes
    found = await scenes.matching(str(interaction.user.id), typed.strip(), at_most=CHOICES)
    return [Choice(name=scene_choice(scene, words), value=scene.id) for scene in found]

"""The windows that ask how shorts are to be made."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import discord
from discord import ui

from bot.chat.asking import ask_for_short, ask_for_shorts, open_scene
from bot.chat.client import Interaction
from bot.chat.facts import quota_of
from bot.chat.guilds import QUALITY, STRATEGY, settings_here
from bot.chat.languages import Words, words_for
from bot.chat.messages import estimate_line, first_words, plain_seconds, position, quota_line
from bot.chat.refusals import explain
from bot.chat.times import seconds
from processing.errors import QuotaExceeded, SceneTooLong
from processing.quality import QUALITIES
from processing.strategies import STRATEGIES
from storage.experience import Estimate, estimates
from storage.models import Quota, Recipe, Scene

#: A window that nobody sends is forgotten after a quarter of an hour, like its interaction.
FORGOTTEN_AFTER_S = 900
DESCRIPTION_CHARACTERS = 100
TIME_CHARACTERS = 12
NOTHING_KNOWN: Mapping[str, Estimate] = MappingProxyType({})


async def open_export_modal(
    interaction: Interaction,
    *,
    scene_id: str,
    strategy: str = "",
    last: Recipe | None = None,
    whole: bool = False,
) -> None:
    """Ask how a short of this scene is to be made; of the `whole` scene, or of as much as a short may have.

    What the window has no room to ask (focus, size, loudness) stays as it was in the `last` recipe.

    Raises:
        SceneNotFound: unknown, or another user's.
        SceneTooLong: there can be no short of the whole.
        QuotaExceeded: there is nothing left to ask for.
    """
    services = interaction.client.services
    here, quota = await settings_here(interaction), await _quota_left(interaction)
    scene = await open_scene(interaction, scene_id)
    longest_s = services.settings.limits.scene_s
    if whole and scene.duration_s > longest_s:
        raise SceneTooLong("The scene is longer than a short may be.")
    modal = ExportModal(
        scene=scene,
        quota=quota,
        longest_s=longest_s,
        words=words_for(interaction.locale.value),
        basis=last or Recipe(strategy=strategy or here.strategy, quality=here.quality),
        expected=await estimates(services.database, duration_s=min(scene.duration_s, longest_s)),
    )
    await interaction.response.send_modal(modal)


async def open_batch_modal(interaction: Interaction, scene_ids: Sequence[str]) -> None:
    """Ask how shorts of these scenes are to be made.

    Raises:
        QuotaExceeded: there is nothing left to ask for.
    """
    here, quota = await settings_here(interaction), await _quota_left(interaction)
    modal = BatchModal(
        scene_ids=scene_ids,
        quota=quota,
        words=words_for(interaction.locale.value),
        basis=Recipe(strategy=here.strategy, quality=here.quality),
    )
    await interaction.response.send_modal(modal)


async def _quota_left(interaction: Interaction) -> Quota:
    services = interaction.client.services
    quota = await quota_of(str(interaction.user.id), services)
    with services.exporter.refusals.counted():
        if not quota.remaining:
            raise QuotaExceeded("The day is spent.", limit=quota.limit, resets_at=quota.resets_at)
    return quota


class RecipeModal(ui.Modal):
    """Strategy and quality, the `fields` of a kind, and what is left of the day. Discord takes five parts."""

    def __init__(
        self,
        *,
        title: str,
        quota: Quota,
        words: Words,
        basis: Recipe,
        expected: Mapping[str, Estimate] = NOTHING_KNOWN,
        fields: Sequence[ui.Label[Any]] = (),
    ) -> None:
        super().__init__(title=title, timeout=FORGOTTEN_AFTER_S)
        self._basis = basis
        self._strategy = strategy_choice(basis.strategy, words)
        self._quality = quality_choice(basis.quality, words, expected)
        self.add_item(ui.Label(text=words("modal.strategy"), component=self._strategy))
        self.add_item(ui.Label(text=words("modal.quality"), component=self._quality))
        for field in fields:
            self.add_item(field)
        self.add_item(ui.TextDisplay(f"-# {quota_line(quota, words)}"))

    @property
    def recipe(self) -> Recipe:
        """What was chosen."""
        return replace(self._basis, strategy=self._strategy.value or "", quality=self._quality.values[0])

    async def on_error(  # type: ignore[override] # a modal's has no item, says discord.py
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """Tell the user."""
        await explain(interaction, error)


class ExportModal(RecipeModal):
    """The same for one scene, with its trim."""

    def __init__(self, *, scene: Scene, longest_s: float, words: Words, **recipe: Any) -> None:
        self._scene = scene
        end_s = min(scene.end_s, scene.start_s + longest_s)
        self._start, self._end = TimeInput("start", scene.start_s), TimeInput("end", end_s)
        bounds = words(
            "modal.bounds",
            start=position(scene.start_s, words),
            end=position(scene.end_s, words),
            longest=f"{longest_s:g}",
        )
        fields = [
            ui.Label[Any](text=words("modal.start"), description=bounds, component=self._start),
            ui.Label[Any](text=words("modal.end"), component=self._end),
        ]
        super().__init__(title=words("modal.title"), words=words, fields=fields, **recipe)

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Ask for the short."""
        await ask_for_short(
            interaction,
            scene_id=self._scene.id,
            start_s=self._start.time_s,
            end_s=self._end.time_s,
            recipe=self.recipe,
        )


class BatchModal(RecipeModal):
    """The same for several scenes, each in its whole length."""

    def __init__(self, *, scene_ids: Sequence[str], words: Words, **recipe: Any) -> None:
        super().__init__(title=words("modal.several", count=len(scene_ids)), words=words, **recipe)
        self._scene_ids = scene_ids

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Ask for the shorts."""
        await ask_for_shorts(interaction, scene_ids=self._scene_ids, recipe=self.recipe)


class TimeInput(ui.TextInput[Any]):
    """A time, filled in as people write it. Left so it is the exact one: what is rounded may lie outside."""

    def __init__(self, name: str, exact_s: float) -> None:
        super().__init__(custom_id=name, default=plain_seconds(exact_s), max_length=TIME_CHARACTERS)
        self._exact_s = exact_s

    @property
    def time_s(self) -> float | None:
        """What was asked for, in seconds.

        Raises:
            Refused: it is not a time.
        """
        return self._exact_s if self.value == self.default else seconds(self.value)


def strategy_choice(chosen: str, words: Words) -> ui.RadioGroup[Any]:
    """One round button a strategy."""
    chosen = chosen if chosen in STRATEGIES else STRATEGY
    options = [
        discord.RadioGroupOption(**_option(name, words.sentence(strategy.summary), chosen))
        for name, strategy in STRATEGIES.items()
    ]
    return ui.RadioGroup(options=options, custom_id="strategy")


def quality_choice(chosen: str, words: Words, expected: Mapping[str, Estimate]) -> ui.Select[Any]:
    """A line a quality, with what the short will come to."""
    chosen = chosen if chosen in QUALITIES else QUALITY
    options = []
    for name, quality in QUALITIES.items():
        option = _option(name, words.sentence(quality.summary), chosen)
        if estimate := expected.get(name):
            option["description"] = estimate_line(estimate, words)
        options.append(discord.SelectOption(**option))
    return ui.Select(options=options, custom_id="quality")


def _option(name: str, summary: str, chosen: str) -> dict[str, Any]:
    _, _, description = summary.partition(": ")
    return {
        "label": first_words(summary),
        "value": name,
        "description": description[:DESCRIPTION_CHARACTERS] or None,
        "default": name == chosen,
    }

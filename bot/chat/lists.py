"""The cards that list what a user has: shorts, videos, scenes. Pure, like the other cards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from discord import ButtonStyle, MediaGalleryItem, SelectOption, ui

from bot.chat.cards import BLUE, card, small
from bot.chat.languages import Words
from bot.chat.messages import (
    first_words,
    history_line,
    quota_line,
    safe,
    scene_choice,
    scene_lines,
    spent_line,
    video_line,
)
from bot.chat.names import ALL, Action, custom_id
from processing.strategies import STRATEGIES
from storage.models import Export, Quota, Scene, Video

SCENES_A_PAGE = 5
#: Discord takes no more components in a message; so many of them stand around the scenes of a page.
COMPONENTS, AROUND = 40, 8
#: Each takes three of the forty components that a message may have.
BATCH_AT_MOST = 10
SHEET_NAME = "preview.png"


def history_card(exports: Sequence[tuple[Export, str]], *, quota: Quota, words: Words) -> ui.LayoutView:
    """A user's own exports, each with its link."""
    lines = [history_line(export, link=link, words=words) for export, link in exports]
    return card(
        ui.TextDisplay(f"### {words('exports.title')}"),
        ui.TextDisplay("\n".join(lines) or words("exports.none")),
        ui.TextDisplay(small(quota_line(quota, words))),
        colour=BLUE,
    )


def videos_card(videos: Sequence[Video], words: Words) -> ui.LayoutView:
    """A user's own videos."""
    lines = [video_line(video, words) for video in videos]
    return card(
        ui.TextDisplay(f"### {words('videos.title')}"),
        ui.TextDisplay("\n".join(lines) or words("videos.none")),
        colour=BLUE,
    )


@dataclass(frozen=True, kw_only=True)
class ScenesPage:
    """A page of scenes, and those that follow it as far as a select can offer them."""

    scenes: Sequence[Scene]
    video_id: str | None
    page: int
    quota: Quota
    longest_s: float
    pictured: Collection[str] = ()  #: scenes whose picture comes along


def scenes_card(shown: ScenesPage, words: Words) -> ui.LayoutView:
    """Scenes to choose from, each with its button."""
    items: list[ui.Item[Any]] = [ui.TextDisplay(f"### {words('scenes.title')}")]
    for scene in shown.scenes[:SCENES_A_PAGE]:
        items += _scene_items(scene, shown, words)
    if not shown.scenes:
        items.append(ui.TextDisplay(words("scenes.none")))
    elif not shown.quota.remaining:
        items.append(ui.TextDisplay(f"🚫 {spent_line(shown.quota.limit, shown.quota.resets_at, words)}"))
    elif len(shown.scenes) > 1:
        items.append(ui.ActionRow(_several(shown, words)))
    if shown.page or len(shown.scenes) > SCENES_A_PAGE:
        items.append(ui.ActionRow(*_page_buttons(shown)))
    items.append(ui.TextDisplay(small(quota_line(shown.quota, words))))
    return card(*items, colour=BLUE)


def room_for_pictures(scenes: Sequence[Scene], *, longest_s: float) -> int:
    """How many scenes of a page may show their picture. One that is too long needs a button more."""
    taken = sum(4 + (scene.duration_s > longest_s) for scene in scenes[:SCENES_A_PAGE])
    return min(SCENES_A_PAGE, (COMPONENTS - AROUND - taken) // 2)


def preview_card(scene: Scene, words: Words) -> ui.LayoutView:
    """A scene under every strategy, with a button for each."""
    buttons = [
        ui.Button[Any](
            label=first_words(words.sentence(strategy.summary)),
            custom_id=custom_id(Action.CHOSEN, scene.id, strategy.name),
        )
        for strategy in STRATEGIES.values()
    ]
    return card(
        ui.TextDisplay(f"### {words('preview.title', title=safe(scene.title))}"),
        ui.MediaGallery(MediaGalleryItem(f"attachment://{SHEET_NAME}")),
        *(ui.ActionRow(*buttons[first : first + 5]) for first in range(0, len(buttons), 5)),
        colour=BLUE,
    )


def picture_name(scene_id: str) -> str:
    """What the picture of a scene is called where it is sent along."""
    return f"{scene_id}.jpg"


def _scene_items(scene: Scene, shown: ScenesPage, words: Words) -> list[ui.Item[Any]]:
    row = ui.ActionRow[Any](*_scene_buttons(scene, shown, words))
    text = ui.TextDisplay[Any](scene_lines(scene, longest_s=shown.longest_s, words=words))
    if scene.id not in shown.pictured:
        return [text, row]
    picture = ui.Thumbnail[Any](f"attachment://{picture_name(scene.id)}")
    return [ui.Section(text, accessory=picture), row]


def _scene_buttons(scene: Scene, shown: ScenesPage, words: Words) -> list[ui.Button[Any]]:
    too_long, spent = scene.duration_s > shown.longest_s, not shown.quota.remaining
    short = ui.Button[Any](
        label=words("button.short"),
        style=ButtonStyle.primary,
        custom_id=custom_id(Action.SHORT, scene.id),
        disabled=too_long or spent,
    )
    trim = ui.Button[Any](label=words("button.trim"), custom_id=custom_id(Action.TRIM, scene.id))
    preview = ui.Button[Any](label=words("button.preview"), custom_id=custom_id(Action.PREVIEW, scene.id))
    return [short, *([trim] if too_long and not spent else []), preview]


def _several(shown: ScenesPage, words: Words) -> ui.Select[Any]:
    options = [SelectOption(label=scene_choice(scene, words), value=scene.id) for scene in shown.scenes]
    return ui.Select(
        custom_id=custom_id(Action.BATCH),
        placeholder=words("scenes.several"),
        options=options,
        max_values=min(len(options), BATCH_AT_MOST),
    )


def _page_buttons(shown: ScenesPage) -> list[ui.Button[Any]]:
    name = shown.video_id or ALL
    back, forth = custom_id(Action.PAGE, name, shown.page - 1), custom_id(Action.PAGE, name, shown.page + 1)
    return [
        ui.Button(label="◀", custom_id=back, disabled=shown.page == 0),
        ui.Button(label="▶", custom_id=forth, disabled=len(shown.scenes) <= SCENES_A_PAGE),
    ]

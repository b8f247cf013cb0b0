"""The cards: what is shown on Discord, as components. Pure: values in, a view out."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from discord import ButtonStyle, MediaGalleryItem, ui

from bot.chat.languages import Words
from bot.chat.messages import (
    STATE_CHARACTERS,
    countdown,
    facts_line,
    note_lines,
    progress_line,
    quota_line,
    recipe,
    safe,
    shortened,
    waiting,
)
from bot.chat.names import Action, custom_id
from processing.ffmpeg import Progress
from storage.models import ACTIVE, Export, ExportStatus, Quota

BLUE, AMBER, GREEN, RED, GREY = 0x5865F2, 0xF0B232, 0x23A55A, 0xF23F43, 0x80848E

COLOURS = {
    ExportStatus.PENDING: BLUE,
    ExportStatus.PROCESSING: AMBER,
    ExportStatus.COMPLETED: GREEN,
    ExportStatus.FAILED: RED,
    ExportStatus.CANCELLED: GREY,
    ExportStatus.EXPIRED: GREY,
}
WHEN_COMPLETED = (Action.RENEW, Action.ANOTHER, Action.DELETE)
#: What the video is called where it plays in a card.
VIDEO_NAME = "short.mp4"
SIGNS = {ExportStatus.COMPLETED: "✅ ", ExportStatus.FAILED: "⚠️ "}


class Playing(enum.Enum):
    """What plays in the card of a finished short."""

    NOTHING = enum.auto()  #: there is the link alone
    WHOLE = enum.auto()  #: the short itself
    MINIATURE = enum.auto()  #: a smaller copy, for the short itself is too large


@dataclass(frozen=True, kw_only=True)
class ExportFacts:
    """What the card of an export tells."""

    export: Export
    quota: Quota
    link: str
    waiting_before: int | None = None
    progress: Progress | None = None


def export_card(
    facts: ExportFacts, words: Words, *, playing: Playing = Playing.NOTHING, note: str = ""
) -> ui.LayoutView:
    """The one card of an export, from the queue to the end of its link, and what is `playing` in it."""
    export = facts.export
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(f"### {SIGNS.get(export.status, '🎬 ')}{safe(export.title)}"),
        ui.TextDisplay(small(recipe(export, words))),
        ui.Separator(),
        *(ui.TextDisplay(line) for line in _story(facts, words)),
    ]
    if playing is not Playing.NOTHING:
        items.append(ui.MediaGallery(MediaGalleryItem(f"attachment://{VIDEO_NAME}")))
    if playing is Playing.MINIATURE:
        items.append(ui.TextDisplay(small(words("card.miniature"))))
    items.append(ui.ActionRow(*_buttons(facts, words)))
    if note:
        items.append(ui.TextDisplay(small(note)))
    items.append(ui.TextDisplay(small(quota_line(facts.quota, words))))
    return card(*items, colour=COLOURS[export.status])


def batch_card(members: Sequence[ExportFacts], *, note: str, words: Words) -> ui.LayoutView:
    """Several exports that were asked for together: a line and a button each."""
    done = sum(member.export.status not in ACTIVE for member in members)
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(f"### {words('batch.title', done=done, count=len(members))}"),
        *(_member_section(member, words) for member in members),
    ]
    if note:
        items.append(ui.TextDisplay(small(note)))
    items.append(ui.TextDisplay(small(quota_line(members[0].quota, words))))
    return card(*items, colour=GREEN if done == len(members) else AMBER)


def quota_card(quota: Quota, words: Words) -> ui.LayoutView:
    """What is left of the user's day."""
    left = words("quota.left", remaining=quota.remaining) if quota.remaining else words("quota.none")
    cells = "▰" * quota.used + "▱" * quota.remaining if quota.limit <= 20 else ""
    return card(
        ui.TextDisplay(f"### {words('quota.title')}"),
        ui.TextDisplay(f"{cells} {left}".strip()),
        ui.TextDisplay(small(quota_line(quota, words))),
        colour=BLUE if quota.remaining else GREY,
    )


def note_card(text: str, *, title: str, colour: int = GREY) -> ui.LayoutView:
    """A short answer: a title and a sentence."""
    return card(ui.TextDisplay(f"### {title}"), ui.TextDisplay(text), colour=colour)


def card(*items: ui.Item[Any], colour: int) -> ui.LayoutView:
    """A coloured box. Its buttons are answered by name, after any restart, so nothing listens to it."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items, accent_colour=colour))
    view.stop()
    return view


def small(text: str) -> str:
    """A line in small print."""
    return f"-# {text}"


def components_of(view: ui.LayoutView) -> list[dict[str, Any]]:
    """What is sent of it: two views that show the same are equal in this form."""
    return view.to_components()  # type: ignore[no-untyped-call, no-any-return]


def _member_section(facts: ExportFacts, words: Words) -> ui.Section[Any]:
    title = f"**{SIGNS.get(facts.export.status, '')}{safe(facts.export.title)}**"
    state = shortened(_story(facts, words)[0], STATE_CHARACTERS)
    return ui.Section(f"{title}\n{state}", accessory=_buttons(facts, words)[0])


def _story(facts: ExportFacts, words: Words) -> list[str]:
    export = facts.export
    match export.status:
        case ExportStatus.PENDING:
            return [waiting(facts.waiting_before, words)]
        case ExportStatus.PROCESSING:
            return [progress_line(facts.progress, words)]
        case ExportStatus.COMPLETED:
            return _result(export, words)
        case ExportStatus.FAILED:
            error = words.sentence(export.error or "")
            return [words("card.failed", error=error), words("card.place_back")]
        case _:
            return [words(f"card.{export.status}")]


def _result(export: Export, words: Words) -> list[str]:
    assert export.facts is not None  # the table says so
    assert export.expires_at is not None
    expires = countdown(export.expires_at)
    ready = words("card.completed", mention=f"<@{export.user_id}>", expires=expires)
    return [ready, facts_line(export.facts, words), *note_lines(export.facts, words)]


def _buttons(facts: ExportFacts, words: Words) -> list[ui.Button[Any]]:
    export = facts.export
    match export.status:
        case ExportStatus.PENDING | ExportStatus.PROCESSING:
            return [_button(Action.CANCEL, export, words)]
        case ExportStatus.COMPLETED:
            link = ui.Button[Any](label=words("button.download"), url=facts.link)
            return [link, *(_button(action, export, words) for action in WHEN_COMPLETED)]
        case _:
            return [_button(Action.REPEAT, export, words), _button(Action.ANOTHER, export, words)]


def _button(action: Action, export: Export, words: Words) -> ui.Button[Any]:
    style = ButtonStyle.danger if action is Action.DELETE else ButtonStyle.secondary
    return ui.Button(label=words(f"button.{action}"), style=style, custom_id=custom_id(action, export.id))

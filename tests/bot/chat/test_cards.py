"""Cards: values in, components out."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.cards import ExportFacts, Playing, batch_card, components_of, export_card, quota_card
from bot.chat.commands import exports, video
from bot.chat.languages import LANGUAGES, words_for
from bot.chat.lists import ScenesPage, history_card, room_for_pictures, scenes_card, videos_card
from bot.chat.messages import left_out
from processing.ffmpeg import Progress
from storage.models import ExportStatus, Quota, Video
from tests.bot.chat.samples import FACTS, NOON, QUOTA, export, scene
from tests.fake_discord.components import walk

EN = words_for("en-US")
LINK = "https://shorts.example.org/d/secret"


def facts(status: ExportStatus, **more: Any) -> ExportFacts:
    return ExportFacts(export=export(status), quota=QUOTA, link=LINK, **more)


def text_in(components: list[dict[str, Any]]) -> str:
    return "\n".join(part.get("content", "") for part in walk(components))


def controls_in(components: list[dict[str, Any]]) -> list[str]:
    return [part.get("custom_id") or part["url"] for part in walk(components) if part["type"] in (2, 3)]


@pytest.mark.parametrize(
    ("status", "says", "controls"),
    [
        (ExportStatus.PENDING, "⏳ Next in line", ["cancel:exp_0000000001"]),
        (ExportStatus.PROCESSING, "▱▱▱▱▱▱▱▱▱▱ **0 %** · Starting", ["cancel:exp_0000000001"]),
        (
            ExportStatus.COMPLETED,
            "<@7> your short is ready · expires <t:1772452800:R>",
            [LINK, "renew:exp_0000000001", "another:exp_0000000001", "delete:exp_0000000001"],
        ),
        (
            ExportStatus.FAILED,
            "The file is damaged or cut off in that place.\nThis did not count against your quota.",
            ["repeat:exp_0000000001", "another:exp_0000000001"],
        ),
        (
            ExportStatus.CANCELLED,
            "Cancelled. This did not count against your quota.",
            ["repeat:exp_0000000001", "another:exp_0000000001"],
        ),
        (
            ExportStatus.EXPIRED,
            "The link has expired and the file is deleted.",
            ["repeat:exp_0000000001", "another:exp_0000000001"],
        ),
    ],
)
def test_each_status_has_its_words_and_buttons(status: ExportStatus, says: str, controls: list[str]) -> None:
    shown = components_of(export_card(facts(status), EN))
    assert says in text_in(shown)
    assert controls_in(shown) == controls
    assert "3 of 10 today" in text_in(shown)


def test_a_finished_card_tells_what_was_decided_on_the_way_in_the_readers_language() -> None:
    made = replace(FACTS, notes=("quality was given up to stay below 9.5 MB",))
    done = replace(export(ExportStatus.COMPLETED), facts=made)
    shown = [
        text_in(
            components_of(export_card(ExportFacts(export=done, quota=QUOTA, link=LINK), words_for(locale)))
        )
        for locale in ("en-US", "de")
    ]
    assert "-# quality was given up to stay below 9.5 MB" in shown[0]
    assert "-# für weniger als 9.5 MB musste die Qualität nachgeben" in shown[1]


@pytest.mark.parametrize(
    ("playing", "videos", "says_so"),
    [(Playing.NOTHING, 0, False), (Playing.WHOLE, 1, False), (Playing.MINIATURE, 1, True)],
)
def test_a_card_that_plays_a_smaller_copy_says_so(playing: Playing, videos: int, says_so: bool) -> None:
    shown = components_of(export_card(facts(ExportStatus.COMPLETED), EN, playing=playing))
    assert [part["type"] for part in walk(shown)].count(12) == videos
    assert ("This is a smaller preview" in text_in(shown)) == says_so
    assert LINK in controls_in(shown)


@pytest.mark.parametrize("status", list(ExportStatus))
def test_no_card_shows_a_path_and_only_a_completed_one_a_link(status: ExportStatus) -> None:
    shown = json.dumps(components_of(export_card(facts(status), EN)))
    assert "exports/7" not in shown
    assert ("secret" in shown) == (status is ExportStatus.COMPLETED)


def test_cards_that_show_the_same_are_equal_as_components() -> None:
    once = facts(ExportStatus.PROCESSING, progress=Progress(stage="rendering", percent=60.1))
    again = facts(ExportStatus.PROCESSING, progress=Progress(stage="rendering", percent=60.9))
    other = facts(ExportStatus.PROCESSING, progress=Progress(stage="rendering", percent=61))
    assert components_of(export_card(once, EN)) == components_of(export_card(again, EN))
    assert components_of(export_card(once, EN)) != components_of(export_card(other, EN))


def test_the_fullest_batch_fits_a_message() -> None:
    members = [facts(status) for status in [*ExportStatus, ExportStatus.COMPLETED] * 2][:10]
    shown = components_of(batch_card(members, note="Left out: Take 11.", words=EN))
    assert len(list(walk(shown))) <= 40
    assert "Left out: Take 11." in text_in(shown)


def test_the_fullest_page_of_scenes_fits_a_message_and_offers_the_next_ones() -> None:
    scenes = [scene(id=f"scn_{number}", title=f"Take {number}") for number in range(25)]
    pictured = [one.id for one in scenes]
    page = ScenesPage(scenes=scenes, video_id=None, page=1, quota=QUOTA, longest_s=180, pictured=pictured)
    shown = components_of(scenes_card(page, EN))
    assert len(list(walk(shown))) <= 40
    controls = controls_in(shown)
    assert controls[:2] == ["short:scn_0", "preview:scn_0"]
    assert controls[10:] == ["batch", "page:all:0", "page:all:2"]


@given(too_long=st.lists(st.booleans(), min_size=1, max_size=25))
def test_a_page_fits_a_message_whichever_of_its_scenes_are_too_long(too_long: list[bool]) -> None:
    scenes = [
        scene(id=f"scn_{number}", start_s=0, end_s=181 if long else 20)
        for number, long in enumerate(too_long)
    ]
    room = room_for_pictures(scenes, longest_s=180)
    pictured = [one.id for one in scenes[:room]]
    page = ScenesPage(scenes=scenes, video_id=None, page=1, quota=QUOTA, longest_s=180, pictured=pictured)
    shown = components_of(scenes_card(page, EN))
    assert len(list(walk(shown))) <= 40
    assert room >= min(5, len(scenes)) or sum(too_long[:5]) > 2, "no picture is left out without need"


def test_without_quota_no_scene_can_be_chosen() -> None:
    spent = Quota(used=10, limit=10, resets_at=NOON)
    page = ScenesPage(scenes=[scene(), scene(id="b")], video_id="v", page=0, quota=spent, longest_s=180)
    shown = components_of(scenes_card(page, EN))
    assert [part["disabled"] for part in walk(shown) if part.get("custom_id", "")[:5] == "short"] == [
        True,
        True,
    ]
    assert "batch" not in controls_in(shown)
    assert "10 of 10 today" in text_in(shown)
    assert "All 10 of today's shorts are used. Your quota resets <t:1772366400:R>." in text_in(shown)


def buttons_in(components: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    return [
        (part["label"], not part.get("disabled", False)) for part in walk(components) if part["type"] == 2
    ]


def test_of_a_scene_that_is_too_long_a_part_can_be_exported_and_the_card_says_why() -> None:
    page = ScenesPage(scenes=[scene(end_s=999)], video_id="v", page=0, quota=QUOTA, longest_s=180)
    shown = components_of(scenes_card(page, EN))
    assert buttons_in(shown) == [
        ("Export to Short", False),
        ("Trim and export", True),
        ("Preview crops", True),
    ]
    assert "longer than the 180 s of a short: trim it" in text_in(shown)


def test_without_quota_there_is_nothing_to_trim_for() -> None:
    spent = Quota(used=10, limit=10, resets_at=NOON)
    page = ScenesPage(scenes=[scene(end_s=999)], video_id="v", page=0, quota=spent, longest_s=180)
    assert buttons_in(components_of(scenes_card(page, EN))) == [
        ("Export to Short", False),
        ("Preview crops", True),
    ]


def test_the_history_links_only_what_still_lives() -> None:
    exports = [(export(status), f"https://x/{status}") for status in ExportStatus]
    shown = text_in(components_of(history_card(exports, quota=QUOTA, words=EN)))
    assert "https://x/completed" in shown
    assert shown.count("https://") == 1


def test_a_spent_day_says_so() -> None:
    assert "All of today's shorts are used" in text_in(
        components_of(quota_card(Quota(used=10, limit=10, resets_at=NOON), EN))
    )


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_longest_titles_and_errors_fit_the_characters_of_a_message(locale: str) -> None:
    words, title = words_for(locale), "_" * 100
    failed = export(ExportStatus.FAILED, title=title, error="x" * 500)
    long = Video(
        id="vid_0000000001",
        owner_id="7",
        title=title,
        file_key="key",
        size_bytes=999_900_000_000,
        duration_s=359_999,
        width=7680,
        height=4320,
        has_audio=True,
        created_at=NOON,
    )
    note = "\n-# ".join([left_out(title, "x" * 500, words)] * 9)
    members = [ExportFacts(export=failed, quota=QUOTA, link=LINK)] * 10
    page = ScenesPage(
        scenes=[scene(title=title, end_s=359_999)] * 25, video_id=None, page=1, quota=QUOTA, longest_s=180
    )
    shown = {
        "history": history_card([(failed, LINK)] * exports.SHOWN, quota=QUOTA, words=words),
        "videos": videos_card([long] * video.SHOWN, words),
        "scenes": scenes_card(page, words),
        "batch": batch_card(members, note="", words=words),
        "left out": batch_card(members[:1], note=note, words=words),
    }
    lengths = {name: len(text_in(components_of(view))) for name, view in shown.items()}
    assert {name: length for name, length in lengths.items() if length > 4000} == {}

"""Wording: pure text."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import messages
from bot.chat.languages import words_for
from processing.ffmpeg import Progress
from storage.models import Facts, Quota
from tests.bot.chat.samples import export, scene

EN, DE = words_for("en-US"), words_for("de")


@pytest.mark.parametrize(
    ("percent", "bar"),
    [
        (0, "▱▱▱▱▱▱▱▱▱▱"),
        (9.9, "▱▱▱▱▱▱▱▱▱▱"),
        (60, "▰▰▰▰▰▰▱▱▱▱"),
        (100, "▰▰▰▰▰▰▰▰▰▰"),
        (120, "▰" * 10),
        (-1, "▱" * 10),
    ],
)
def test_the_bar_has_ten_cells(percent: float, bar: str) -> None:
    assert messages.bar(percent) == bar


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3600, "1:00:00"), (7384, "2:03:04")]
)
def test_a_clock_counts_minutes_then_hours(seconds: float, text: str) -> None:
    assert messages.clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [(10.5, "0:10.5", "0:10,5"), (59.96, "1:00", "1:00"), (62, "1:02", "1:02")],
)
def test_a_position_shows_tenths_only_where_there_are_any(seconds: float, english: str, german: str) -> None:
    assert messages.position(seconds, EN) == english
    assert messages.position(seconds, DE) == german


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (1, "1 kB"),
        (999_499, "999 kB"),
        (1_000_000, "1.0 MB"),
        (12_340_000, "12.3 MB"),
        (4_000_000_000, "4.0 GB"),
    ],
)
def test_a_size_is_told_in_the_unit_that_fits(size_bytes: int, text: str) -> None:
    assert messages.size(size_bytes, EN) == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Kick-off (2:1) #3", "Kick-off (2:1) #3"),
        ("**bold** _x_ ~~y~~ ||z|| `code`", r"\*\*bold\*\* \_x\_ \~\~y\~\~ \|\|z\|\| \`code\`"),
        ("# x", r"\# x"),
        ("-# x", r"\-# x"),
        ("> x", r"\> x"),
        ("x\\", "x\\\\"),
        ("[a](https://b.c)", r"\[a\](https\://b.c)"),
        ("[a](b) [click](https://evil.example)", r"\[a\](b) \[click\](https\://evil.example)"),
        ("https://x.y/**a**", r"https\://x.y/\*\*a\*\*"),
        ("<https://evil.example>", r"\<https\://evil.example\>"),
        ("<t:0:R>", r"\<t:0:R\>"),
        ("<#123456789012345678>", r"\<#123456789012345678\>"),
        ("<:x:123456789012345678>", r"\<:x:123456789012345678\>"),
        ("</export:123456789012345678>", r"\</export:123456789012345678\>"),
        ("<id:customize>", r"\<id:customize\>"),
        ("@everyone", "@\u200beveryone"),
        ("<@123456789012345678>", "\\<@\u200b123456789012345678\\>"),
    ],
)
def test_what_people_write_neither_formats_nor_mentions(written: str, shown: str) -> None:
    assert messages.safe(written) == shown


def test_progress_tells_stage_percent_and_time_left() -> None:
    line = messages.progress_line(Progress(stage="rendering", percent=60.7, eta_s=11.2), EN)
    assert line == "▰▰▰▰▰▰▱▱▱▱ **60 %** · rendering · about 0:12 left"


@pytest.mark.parametrize("stage", ["probing", "measuring", "rendering", "verifying", "done"])
def test_every_stage_of_a_render_has_a_name_of_its_own(stage: str) -> None:
    assert f"stage.{stage}" in EN


def test_a_stage_that_no_language_knows_is_shown_as_it_is() -> None:
    assert "polishing" in messages.progress_line(Progress(stage="polishing", percent=1), DE)


def test_the_queue_is_told_in_words() -> None:
    assert messages.waiting(0, EN) == "⏳ Next in line"
    assert messages.waiting(3, EN) == "⏳ Waiting · 3 before it in the queue"
    assert messages.waiting(3, DE) == "⏳ Wartet · 3 davor in der Schlange"


def test_the_quota_counts_down_in_the_readers_own_clock() -> None:
    quota = Quota(used=3, limit=10, resets_at=datetime(2026, 3, 2, tzinfo=UTC))
    assert messages.quota_line(quota, EN) == "3 of 10 today · resets <t:1772409600:R>"


def test_the_recipe_says_what_was_asked_for() -> None:
    assert messages.recipe(export(), EN) == "0:10.5-0:55.7 · 45.2 s · Crop · High"
    assert messages.recipe(export(), DE) == "0:10,5-0:55,7 · 45,2 s · Zuschnitt · Hoch"
    assert "gone_strategy" in messages.recipe(export(strategy="gone_strategy"), EN)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({}, "High", id="nothing-said"),
        pytest.param({"focus": 0}, "High · focus at 0 %", id="focus"),
        pytest.param({"target_mb": 9.5}, "High · at most 9.5 MB", id="target"),
        pytest.param({"normalize_loudness": False}, "High · as loud as it was", id="loudness"),
    ],
)
def test_the_recipe_names_what_is_not_as_usual(changes: dict[str, object], told: str) -> None:
    assert messages.recipe(export(**changes), EN).endswith(told)


def test_the_facts_are_those_that_were_measured() -> None:
    facts = Facts(
        width=1080, height=1920, duration_s=45.2, size_bytes=12_345_678, video_codec="h264", audio_codec="aac"
    )
    assert messages.facts_line(facts, EN) == "1080×1920 · 0:45 · 12.3 MB"  # noqa: RUF001


def test_a_choice_is_never_longer_than_discord_takes() -> None:
    name = messages.scene_choice(scene(title="x" * 300, start_s=3600, end_s=3700), EN)
    assert len(name) == 100
    assert name.endswith("x… · 1:00:00-1:01:40")


@given(text=st.text(max_size=200), most=st.integers(1, 100))
def test_a_title_that_is_shortened_says_so_and_fits(text: str, most: int) -> None:
    shown = messages.shortened(text, most)
    assert len(shown) <= most
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


@pytest.mark.parametrize(
    ("end_s", "warning"),
    [(100, ""), (162, ""), (170, "close to the 180 s"), (180, "close to"), (181, "trim it")],
)
def test_a_scene_close_to_the_longest_short_comes_with_a_warning(end_s: float, warning: str) -> None:
    line = messages.scene_lines(scene(start_s=0, end_s=end_s), longest_s=180, words=EN)
    assert warning in line
    assert bool(warning) == ("⚠️" in line or "✂️" in line)


@pytest.mark.parametrize(("seconds", "text"), [(10.5, "10.5"), (62.0, "62"), (0.0, "0"), (1.2345, "1.234")])
def test_seconds_are_written_as_they_are_typed(seconds: float, text: str) -> None:
    assert messages.plain_seconds(seconds) == text

"""The windows: what they say of a short before it is asked for."""

from pathlib import Path

import pytest

from bot.chat.languages import words_for
from bot.chat.modals import BatchModal, ExportModal
from processing.ffmpeg import find_tools
from storage.experience import Estimate
from storage.models import Recipe
from tests import clips
from tests.bot.chat.samples import QUOTA, scene
from tests.bot.chat.wire import connected
from tests.fake_discord import FakeDiscord
from tests.fake_discord.components import walk

MEDIUM = {"medium": Estimate(size_bytes=9_412_000, render_s=61.2)}
BASIS = Recipe(strategy="letterbox", quality="draft")


async def window(locale: str, expected: dict[str, Estimate], *, basis: Recipe = BASIS) -> ExportModal:
    return ExportModal(
        scene=scene(),
        longest_s=180,
        words=words_for(locale),
        quota=QUOTA,
        basis=basis,
        expected=expected,
    )


def qualities(shown: ExportModal) -> dict[str, str | None]:
    """Value -> what stands below the name."""
    (select,) = [part for part in walk(shown.to_dict()["components"]) if part.get("custom_id") == "quality"]
    return {option["value"]: option.get("description") for option in select["options"]}


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        pytest.param("en-US", "about 9.4 MB, made in about 1:02", id="english"),
        pytest.param("de", "etwa 9,4 MB, fertig in etwa 1:02", id="german"),
    ],
)
async def test_a_quality_that_has_been_used_tells_size_and_time(locale: str, expected: str) -> None:
    assert qualities(await window(locale, MEDIUM))["medium"] == expected


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        pytest.param("en-US", "the best picture, at most 60 MB", id="english"),
        pytest.param("de", "das beste Bild, höchstens 60 MB", id="german"),
    ],
)
async def test_of_a_quality_that_nobody_has_used_the_bound_is_told(locale: str, says: str) -> None:
    assert qualities(await window(locale, MEDIUM))["high"] == says


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        pytest.param(
            "en-US",
            ["between 0:10.5 and 0:55.7, at most 180 s in all", "3 of 10 today"],
            id="english",
        ),
        pytest.param(
            "de",
            ["zwischen 0:10,5 und 0:55,7, zusammen höchstens 180 s", "3 von 10 heute"],
            id="german",
        ),
    ],
)
async def test_the_window_tells_the_bounds_and_what_is_left_of_the_day(locale: str, says: list[str]) -> None:
    shown = str((await window(locale, {})).to_dict())
    assert [part for part in says if part not in shown] == []


async def test_what_was_taken_out_of_the_program_since_falls_back_to_what_is_usual() -> None:
    shown = await window("en-US", {}, basis=Recipe(strategy="gone", quality="gone"))
    chosen = [
        option["value"]
        for part in walk(shown.to_dict()["components"])
        for option in part.get("options", [])
        if option.get("default")
    ]
    assert chosen == ["center_crop", "high"]


@pytest.mark.parametrize(("locale", "title"), [("en-US", "Make 3 shorts"), ("de", "3 Shorts machen")])
async def test_a_window_for_several_counts_them(locale: str, title: str) -> None:
    shown = BatchModal(scene_ids=["a", "b", "c"], quota=QUOTA, words=words_for(locale), basis=BASIS)
    assert shown.to_dict()["title"] == title


@pytest.mark.parametrize(
    ("longest_s", "button", "changes", "taken"),
    [
        pytest.param(180, "Export to Short", {}, (0.1001234, 0.6008765), id="the-whole"),
        pytest.param(180, "Export to Short", {"start": "0.2"}, (0.2, 0.6008765), id="another-start"),
        pytest.param(180, "Export to Short", {"end": "0.5"}, (0.1001234, 0.5), id="another-end"),
        pytest.param(0.3, "Trim and export", {}, (0.1001234, 0.4001234), id="as-much-as-may-be"),
    ],
)
async def test_a_time_that_is_left_as_it_was_filled_in_is_the_scenes_own(
    longest_s: float,
    button: str,
    changes: dict[str, str],
    taken: tuple[float, float],
    discord_server: FakeDiscord,
    tmp_path: Path,
) -> None:
    clip = clips.plain(find_tools(), tmp_path / "clip.mp4", seconds=1)
    ana = discord_server.add_user("ana")
    channel = discord_server.add_guild("studio", [ana]).channels[0]
    async with connected(tmp_path / "data", discord_server, scene_s=longest_s) as house:
        services = house.services
        video = await services.library.add_video(clip, owner_id=ana.id, name="match.mp4")
        await services.library.add_scene(video, start_s=0.1001234, end_s=0.6008765)
        listed = await (await discord_server.slash("scenes", user=ana, channel=channel)).message()
        window = await discord_server.click(listed, button, user=ana)
        sent = await discord_server.submit_modal(window, changes)
        await sent.message()
        (export,) = await services.exports.of_user(ana.id, at_most=2)
    assert (export.start_s, export.end_s) == pytest.approx(taken, abs=1e-9)

"""Commands, buttons and windows, as people use them."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import simcord

from bot.config import IngestSettings
from processing.ffmpeg import find_tools
from storage.models import Recipe
from tests import clips
from tests.scenarios.stage import Stage, staged, text_of


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(find_tools(), tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1)


def shown(result: simcord.InteractionResult) -> str:
    return text_of(result.response.components)


async def finished(stage: Stage, clip: Path, **options: object) -> simcord.InteractionResult:
    """A short of ana's, ready."""
    scene = await stage.add_scene(stage.ana.id, clip)
    result = await stage.ana.slash(stage.channel, "export", scene=scene, **options)
    assert "Next in line" in shown(result)
    await stage.finish()
    assert "your short is ready" in shown(result)
    return result


async def test_export_becomes_a_link(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        result = await finished(stage, clip, strategy="letterbox", quality="medium")
        assert "Letterbox · Medium" in shown(result)
        assert [file.filename for file in result.response.attachments] == ["short.mp4"]
        assert not result.ephemeral


async def test_a_private_export_is_for_the_user_alone(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        assert (await finished(stage, clip, private=True)).ephemeral


async def test_scenes_are_completed_while_typing(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        scene = await stage.add_scene(stage.ana.id, clip)
        offered = await stage.ana.autocomplete(stage.channel, "export", "scene", "KICK")
        assert [choice["value"] for choice in offered] == [scene]
        assert await stage.bob.autocomplete(stage.channel, "export", "scene", "") == []


async def test_a_strangers_scene_is_not_found(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        scene = await stage.add_scene(stage.ana.id, clip)
        result = await stage.bob.slash(stage.channel, "export", scene=scene)
        assert "There is no such scene" in text_of(result.followups[-1].components)
        assert result.followups[-1].ephemeral


async def test_quota_and_exports_are_for_the_user_alone(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        await finished(stage, clip)
        quota = await stage.ana.slash(stage.channel, "quota")
        history = await stage.ana.slash(stage.channel, "exports")
        assert "1 of 10 today" in shown(quota)
        assert "[download](https://shorts.example.org/d/" in shown(history)
        assert quota.ephemeral
        assert history.ephemeral


async def test_cancel(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        scene = await stage.add_scene(stage.ana.id, clip)
        result = await stage.ana.slash(stage.channel, "export", scene=scene)
        stranger = await stage.bob.click(result.response.message, label="Cancel")
        assert "not yours" in text_of(stranger.followups[-1].components)
        await stage.ana.click(result.response.message, label="Cancel")
        await stage.tell()
        assert "Cancelled" in shown(result)


async def test_delete_then_render_again(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        result = await finished(stage, clip)
        await stage.ana.click(result.response.message, label="Delete now")
        await stage.tell()
        assert "the file is deleted" in shown(result)
        assert not result.response.attachments
        again = await stage.ana.click(result.response.message, label="Render again")
        assert "2 of 10 today" in shown(again)


async def test_renew(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        result = await finished(stage, clip)
        (before,) = await stage.services.exports.of_user(str(stage.ana.id), at_most=1)
        await stage.ana.click(result.response.message, label="Renew")
        (after,) = await stage.services.exports.of_user(str(stage.ana.id), at_most=1)
        assert after.expires_at > before.expires_at
        assert after.token == before.token


async def test_another_in_a_window(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        result = await finished(stage, clip, focus=80)
        async with stage.services.database.transaction() as connection:
            await connection.execute("UPDATE exports SET target_mb = 9.5, normalize_loudness = 0")
        window = await stage.ana.click(result.response.message, label="Make another")
        values = {"strategy": "center_crop", "quality": ["medium"], "start": "0.1", "end": "0.4"}
        asked = await stage.ana.submit_modal(window, values)
        # the window does not ask where a crop looks, nor for size and loudness: they stay
        latest, *_ = await stage.services.exports.of_user(str(stage.ana.id), at_most=1)
        assert latest.recipe == Recipe(
            strategy="center_crop", quality="medium", focus=80, target_mb=9.5, normalize_loudness=False
        )
        await stage.finish()
        assert "0:00.1-0:00.4 · 0.3 s · Crop · Medium" in shown(asked)


async def test_scenes_preview_and_export(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.add_scene(stage.ana.id, clip)
        listed = await stage.ana.slash(stage.channel, "scenes")
        assert "Kick-off" in shown(listed)
        preview = await stage.ana.click(listed.response.message, label="Preview crops")
        assert [file.filename for file in preview.response.attachments] == ["preview.png"]
        window = await stage.ana.click(preview.response.message, label="Letterbox")
        values = {"strategy": "letterbox", "quality": ["high"], "start": "0", "end": "0.5"}
        asked = await stage.ana.submit_modal(window, values)
        assert "Letterbox" in shown(asked)


def buttons(result: simcord.InteractionResult) -> dict[str, bool]:
    """Label -> whether it can be pressed."""
    pressable: dict[str, bool] = {}
    parts = list(result.response.components)
    while parts:
        part = parts.pop()
        if part["type"] == 2:
            pressable[part["label"]] = not part.get("disabled", False)
        parts += part.get("components", [])
    return pressable


async def test_of_a_scene_that_is_too_long_a_part_is_exported(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path, scene_s=0.3) as stage:
        await stage.add_scene(stage.ana.id, clip)
        listed = await stage.ana.slash(stage.channel, "scenes")
        assert "longer than the 0.3 s of a short: trim it" in shown(listed)
        assert buttons(listed) == {"Export to Short": False, "Trim and export": True, "Preview crops": True}
        window = await stage.ana.click(listed.response.message, label="Trim and export")
        values = {"strategy": "letterbox", "quality": ["high"], "start": "0.1", "end": "0.4"}
        asked = await stage.ana.submit_modal(window, values)
        assert "0:00.1-0:00.4 · 0.3 s" in shown(asked)


async def test_a_list_that_is_out_of_date_does_not_make_what_may_not_be_made(
    tmp_path: Path, clip: Path
) -> None:
    async with staged(tmp_path, scene_s=0.6, exports_per_day=1) as stage:
        scene = await stage.add_scene(stage.ana.id, clip)
        listed = await stage.ana.slash(stage.channel, "scenes")
        async with stage.services.database.transaction() as connection:
            await connection.execute("UPDATE scenes SET end_s = 0.9")
        grown = await stage.ana.click(listed.response.message, label="Export to Short")
        assert "longer than a short may be. Trim it" in text_of(grown.response.components)
        await stage.ana.slash(stage.channel, "export", scene=scene, start="0", end="0.5")
        spent = await stage.ana.click(listed.response.message, label="Export to Short")
        assert "All 1 of today's shorts are used. Your quota resets <t:" in text_of(spent.response.components)
        assert spent.response.ephemeral
        assert stage.services.exporter.refusals.by_code == {"quota_exceeded": 1}

        anew = await stage.ana.slash(stage.channel, "scenes")
        assert buttons(anew) == {"Export to Short": False, "Preview crops": True}
        assert "All 1 of today's shorts are used. Your quota resets <t:" in shown(anew)


async def test_a_scene_in_a_list_is_exported(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.add_scene(stage.ana.id, clip)
        listed = await stage.ana.slash(stage.channel, "scenes")
        window = await stage.ana.click(listed.response.message, label="Export to Short")
        values = {"strategy": "letterbox", "quality": ["draft"], "start": "0", "end": "0.4"}
        asked = await stage.ana.submit_modal(window, values)
        await stage.finish()
        assert "0:00-0:00.4 · 0.4 s · Letterbox · Draft" in shown(asked)
        assert "your short is ready" in shown(asked)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "Send a file or name a link"),
        ({"url": "javascript:alert(1)"}, "A link begins with https://"),
        ({"url": "https://example.org/a.mp4", "start": "soon"}, "A time is written as"),
    ],
)
async def test_a_video_that_cannot_be_added(tmp_path: Path, options: dict[str, str], says: str) -> None:
    async with staged(tmp_path) as stage:
        refused = await stage.ana.slash(stage.channel, "video add", **options)
        assert says in shown(refused)
        assert refused.ephemeral


@asynccontextmanager
async def with_folder(folder: Path, clip: Path) -> AsyncIterator[Stage]:
    """The stage, where `folder:match.mp4` can be taken in."""
    shared = folder / "shared"
    shared.mkdir()
    shutil.copy(clip, shared / "match.mp4")
    async with staged(folder / "data", ingest=IngestSettings(folders=[shared])) as stage:
        taking_in = asyncio.create_task(stage.services.ingestor.run())
        yield stage
        taking_in.cancel()
        await asyncio.gather(taking_in, return_exceptions=True)


async def test_a_video_in_a_shared_folder_is_added_and_made_into_a_short(tmp_path: Path, clip: Path) -> None:
    async with with_folder(tmp_path, clip) as stage:
        options = {"url": "folder:match.mp4", "title": "Match", "start": "0.1", "end": "0.6"}
        added = await stage.ana.slash(stage.channel, "video add", **options)
        assert "**Match**\n-# 0:00.1-0:00.6 · 0.5 s" in shown(added)
        assert added.ephemeral
        window = await stage.ana.click(added.response.message, label="Export to Short")
        values = {"strategy": "letterbox", "quality": ["draft"], "start": "0.1", "end": "0.6"}
        asked = await stage.ana.submit_modal(window, values)
        await stage.finish()
        assert "your short is ready" in shown(asked)


@pytest.mark.parametrize(
    ("times", "says"),
    [
        pytest.param({"start": "0.9", "end": "9"}, "inside the video, 0 s to 1 s", id="beyond-the-end"),
        pytest.param({"start": "5", "end": "3"}, "The end must come at least", id="backwards"),
    ],
)
async def test_a_video_whose_scene_cannot_be_had_is_not_kept(
    tmp_path: Path, clip: Path, times: dict[str, str], says: str
) -> None:
    async with with_folder(tmp_path, clip) as stage:
        refused = await stage.ana.slash(stage.channel, "video add", url="folder:match.mp4", **times)
        assert says in shown(refused)
        assert await stage.services.videos.of_owner(str(stage.ana.id)) == []


async def test_a_scene_whose_file_is_gone_has_no_preview(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.add_scene(stage.ana.id, clip)
        listed = await stage.ana.slash(stage.channel, "scenes")
        (video,) = await stage.services.videos.of_owner(str(stage.ana.id))
        await stage.services.files.delete(video.file_key)
        # the picture of the list is kept; the sheet was never made
        preview = await stage.ana.click(listed.response.message, label="Preview crops")
        assert "There is no such video" in shown(preview)


async def test_the_window_tells_what_the_last_shorts_came_to(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        result = await finished(stage, clip, quality="medium")
        window = await stage.ana.click(result.response.message, label="Make another")
        offered = str(window.modal)
        assert "about 20 kB, made in about 0:01" in offered
        assert "the best picture, at most 60 MB" in offered


async def test_several_scenes_on_pages(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        scenes = [await stage.add_scene(stage.ana.id, clip, title=f"Take {number}") for number in range(6)]
        listed = await stage.ana.slash(stage.channel, "scenes")
        await stage.ana.click(listed.response.message, label="▶")
        assert shown(listed).count("Export to Short") == 1
        await stage.ana.click(listed.response.message, label="◀")
        window = await stage.ana.select(listed.response.message, scenes[4:6], custom_id="batch")
        asked = await stage.ana.submit_modal(window, {"strategy": "letterbox", "quality": ["medium"]})
        assert "0 of 2 done" in shown(asked)
        await stage.finish()
        assert "2 of 2 done" in shown(asked)


async def test_a_video_is_listed_and_removed(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        listed = await stage.ana.slash(stage.channel, "video list")
        assert "no videos yet" in shown(listed)
        gone = await stage.ana.slash(stage.channel, "video remove", video="vid_nothing")
        assert "no such video" in shown(gone)
        await stage.add_scene(stage.ana.id, clip, title="Match")
        (choice,) = await stage.ana.autocomplete(stage.channel, "video remove", "video", "mat")
        removed = await stage.ana.slash(stage.channel, "video remove", video=choice["value"])
        assert "removed" in shown(removed)


async def test_a_video_that_is_coming_in_is_called_off(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for owner in (stage.ana, stage.bob):
            await stage.services.ingestor.request("https://films.example/holiday.mp4", owner_id=str(owner.id))
        (choice,) = await stage.ana.autocomplete(stage.channel, "video remove", "video", "holi")
        assert choice["name"] == "holiday.mp4 · fetching the video"
        stranger = await stage.bob.slash(stage.channel, "video remove", video=choice["value"])
        assert "no such video" in shown(stranger)
        removed = await stage.ana.slash(stage.channel, "video remove", video=choice["value"])
        assert "**holiday.mp4** and its scenes are removed" in shown(removed)
        assert await stage.services.intakes.get(choice["value"]) is None


async def test_settings_are_for_those_who_manage_the_server(tmp_path: Path, clip: Path) -> None:
    async with staged(tmp_path) as stage:
        assert "settings" not in stage.ana.available_commands(stage.channel)
        result = await stage.boss.slash(stage.channel, "settings", strategy="letterbox")
        assert "Strategy: **letterbox**" in shown(result)
        assert "Letterbox" in shown(await finished(stage, clip))


async def test_a_server_lets_links_live_for_less_but_never_for_longer_than_the_operator(
    tmp_path: Path, clip: Path
) -> None:
    async with staged(tmp_path, link_hours=12) as stage:
        refused = await stage.boss.slash(stage.channel, "settings", hours=13)
        assert "A link lives for 12 h at most" in shown(refused)
        assert "Links live for: **12 h**" in shown(await stage.boss.slash(stage.channel, "settings"))
        result = await stage.boss.slash(stage.channel, "settings", hours=2)
        assert "Links live for: **2 h**" in shown(result)
        asked = await stage.ana.slash(
            stage.channel, "export", scene=await stage.add_scene(stage.ana.id, clip)
        )
        assert "Next in line" in shown(asked)
        (export,) = await stage.services.exports.of_user(str(stage.ana.id), at_most=1)
        assert export.link_lifetime == timedelta(hours=2)
        assert "Links live for: **12 h**" in shown(
            await stage.boss.slash(stage.channel, "settings", reset=True)
        )


async def test_a_message_without_a_video(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        message = await stage.bob.send(stage.channel, "no video here")
        refused = await stage.ana.context_menu(stage.channel, "Make a short", message)
        assert "There is no video on that message" in shown(refused)

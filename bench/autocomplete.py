"""How long a user waits for what is offered while they type: median, 99th percentile and worst, in ms.

python -m bench.autocomplete [--short]

The bot's own handlers over a real database of 10,000 scenes, while every core encodes. The way to Discord and
back is not in it.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord

from bench import asked
from bench.accept_latency import at, busy
from bot.chat.commands.export import open_scenes
from bot.chat.commands.video import removable
from storage.database import Database
from storage.identifiers import new_id
from storage.intakes import Intakes
from storage.models import Scene, Video
from storage.scenes import Scenes
from storage.videos import Videos

OWNER, MEMBER, SERVER = 1, 2, 3
SCENES_A_VIDEO = 50
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = ("Kick-off", "Corner", "Penalty", "Interview", "Crowd", "Goal", "Half-time", "Replay")

Handler = Callable[[Any, str], Awaitable[list[Any]]]


async def measure(arguments: argparse.Namespace) -> None:
    """Print the table."""
    scenes, rounds = (500, 5) if arguments.short else (10_000, 200)
    encoders = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="cutdown-bench-") as folder:
        async with Database.open(Path(folder, "cutdown.db")) as database:
            await fill(database, scenes=scenes)
            services = SimpleNamespace(
                scenes=Scenes(database), videos=Videos(database), intakes=Intakes(database)
            )
            with busy(encoders):
                print(f"{scenes} scenes, {encoders} encoders beside, {rounds} rounds\n")
                print("| typed | by | offered | median ms | p99 ms | worst ms |\n|---|---|---|---|---|---|")
                for what, user_id, handler, typed in (
                    ("a scene: nothing yet", OWNER, open_scenes, ""),
                    ("a scene: a word of many titles", OWNER, open_scenes, "pen"),
                    ("a scene: the name of one", OWNER, open_scenes, "No. 7 "),
                    ("a scene: what there is not", OWNER, open_scenes, "zebra"),
                    ("a scene: what is shared with the server", MEMBER, open_scenes, "goal"),
                    ("a video: a word of its title", OWNER, removable, "match"),
                ):
                    await row(what, handler, asked_by(user_id, services), typed, rounds=rounds)


async def row(what: str, handler: Handler, interaction: Any, typed: str, *, rounds: int) -> None:
    taken_ms = []
    for _ in range(rounds):
        began = time.perf_counter()
        offered = await handler(interaction, typed)
        taken_ms.append((time.perf_counter() - began) * 1000)
    taken_ms.sort()
    shown = " | ".join(f"{value:.1f}" for value in (at(taken_ms, 0.5), at(taken_ms, 0.99), taken_ms[-1]))
    by = "its owner" if interaction.user.id == OWNER else "a member"
    print(f"| {what} | {by} | {len(offered)} | {shown} |")


def asked_by(user_id: int, services: Any) -> Any:
    """As much of an interaction as the handlers look at."""
    return SimpleNamespace(
        user=SimpleNamespace(id=user_id),
        guild_id=SERVER,
        locale=discord.Locale.german,
        client=SimpleNamespace(services=services),
    )


async def fill(database: Database, *, scenes: int) -> None:
    """One user's videos with so many scenes in all; half of the videos are shared with the server."""
    videos = Videos(database)
    for number in range(scenes // SCENES_A_VIDEO):
        video = made_video(number)
        await videos.add(video)
        await Scenes(database).set_all(
            video.id, [made_scene(video, index) for index in range(SCENES_A_VIDEO)]
        )
        if number % 2:
            await videos.share(video.id, str(SERVER))


def made_video(number: int) -> Video:
    return Video(
        id=new_id("vid"),
        owner_id=str(OWNER),
        title=f"Match day {number}",
        file_key=f"sources/{number}",
        size_bytes=1_000_000_000,
        duration_s=5400.0,
        width=1920,
        height=1080,
        has_audio=True,
        created_at=NOON + timedelta(hours=number),
    )


def made_scene(video: Video, index: int) -> Scene:
    return Scene(
        id=new_id("scn"),
        video_id=video.id,
        owner_id=video.owner_id,
        title=f"{WORDS[index % len(WORDS)]} No. {index} of {video.title}",
        start_s=index * 60.0,
        end_s=index * 60.0 + 45,
        created_at=video.created_at,
    )


def main() -> None:
    """Measure as the command line says."""
    asyncio.run(measure(asked.parser(__doc__).parse_args()))


if __name__ == "__main__":
    main()

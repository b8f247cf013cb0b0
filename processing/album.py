"""Makes a video's pictures when they are first asked for, and keeps them as long as the video."""

import asyncio
import hashlib
import io
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from PIL import Image

from processing.bars import without_bars
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.media import MediaInfo
from processing.opener import Opener
from processing.places import album_of
from processing.poster import poster_moment
from processing.sheets import INK, TITLE_SIZE, Cell, Line, grid
from processing.source import Source
from processing.stills import PREVIEW_RATE, preview, take, thumbnail
from processing.strategy_sheet import strategy_sheet
from processing.timecode import format_timecode
from storage.files import FileStore
from storage.intake_models import Lit, SceneFacts
from storage.intakes import Intakes
from storage.models import Scene, Video
from storage.scenes import Scenes

#: A contact sheet shows so many scenes at most, so wide each, so many in a row.
CELLS, CELL_WIDTH, COLUMNS = 24, 280, 4

Made = Callable[[Source, MediaInfo], Awaitable[bytes]]


class Album:
    """One picture is made at a time: whoever asks for many must not take the cores from the renders."""

    def __init__(
        self,
        *,
        scenes: Scenes,
        intakes: Intakes,
        files: FileStore,
        opener: Opener,
        tools: Tools,
        scratch: Path,
    ) -> None:
        self._scenes = scenes
        self._intakes = intakes
        self._files = files
        self._opener = opener
        self._tools = tools
        self._scratch = scratch
        self._making = asyncio.Lock()
        # a server that takes its time must not hold up the pictures of videos that are here
        self._making_remote = asyncio.Lock()

    async def thumbnail(self, video: Video, scene: Scene) -> bytes:
        """One good picture of a scene, as JPEG. Raises what `processing.stills.take` raises."""

        async def made(source: Source, media: MediaInfo) -> bytes:
            (at_s,) = await self._moments(video, [scene], source, media)
            return await asyncio.to_thread(
                _jpeg, await thumbnail(source, media, at_s=at_s, tools=self._tools)
            )

        return await self._kept(video, f"{_name(scene)}.jpg", made)

    async def preview(self, video: Video, scene: Scene) -> bytes:
        """A few moving seconds of a scene, as animated WebP. Raises what `processing.stills.take` raises."""

        async def made(source: Source, media: MediaInfo) -> bytes:
            times = {"start_s": scene.start_s, "end_s": scene.end_s}
            pictures = await preview(source, media, **times, tools=self._tools)
            return await asyncio.to_thread(_webp, pictures)

        return await self._kept(video, f"{_name(scene)}.webp", made)

    async def strategies(self, video: Video, scene: Scene) -> bytes:
        """A scene under every strategy, as PNG. Raises what `processing.strategy_sheet` raises."""

        async def made(source: Source, media: MediaInfo) -> bytes:
            (at_s,) = await self._moments(video, [scene], source, media)
            sheet = await strategy_sheet(source, media, at_s=at_s, tools=self._tools)
            return await asyncio.to_thread(_png, sheet)

        return await self._kept(video, f"{_name(scene)}.png", made)

    async def contact_sheet(self, video: Video) -> bytes | None:
        """The scenes of a video side by side, as JPEG; None: it has none."""
        scenes = (await self._scenes.of_video(video.id))[:CELLS]
        if not scenes:
            return None

        async def made(source: Source, media: MediaInfo) -> bytes:
            moments = await self._moments(video, scenes, source, media)
            pictures = await take(source, media, moments=moments, width=CELL_WIDTH, tools=self._tools)
            cells = [_cell(scene, picture) for scene, picture in zip(scenes, pictures, strict=True)]
            heading = [
                Line(text=video.title, colour=INK, size=TITLE_SIZE),
                Line(text=format_timecode(video.duration_s)),
            ]
            return await asyncio.to_thread(lambda: _jpeg(grid(cells, columns=COLUMNS, heading=heading)))

        told = "|".join(f"{_name(scene)} {scene.title}" for scene in scenes)
        return await self._kept(video, f"contact-{hashlib.sha256(told.encode()).hexdigest()[:16]}.jpg", made)

    async def _moments(
        self, video: Video, scenes: Sequence[Scene], source: Source, media: MediaInfo
    ) -> list[float]:
        """The moment of each scene that shows it best."""
        known = await self._intakes.scene_facts(video.id)
        return [await self._moment(scene, known.get(scene.id), source, media) for scene in scenes]

    async def _moment(
        self, scene: Scene, facts: SceneFacts | None, source: Source, media: MediaInfo
    ) -> float:
        if facts is not None and facts.motion is not None:
            return facts.still_s  # each of its frames was watched
        near_s = (scene.start_s + scene.end_s) / 2 if facts is None else facts.still_s
        times = {"start_s": scene.start_s, "end_s": scene.end_s, "near_s": near_s}
        return await poster_moment(source, media, **times, tools=self._tools)

    async def _kept(self, video: Video, name: str, made: Made) -> bytes:
        lit = await self._intakes.lit(video.id)
        key = f"{album_of(video.id)}/{_within(lit)}{name}"
        async with self._making_remote if video.is_remote else self._making:
            try:
                async with self._files.fetch(key) as path:
                    return await asyncio.to_thread(path.read_bytes)
            except FileNotFoundError:
                pass
            async with self._opener.open(video.file_key) as source:
                media = await probe(source, tools=self._tools)
                picture = await made(source, without_bars(media, lit))
            with tempfile.TemporaryDirectory(dir=self._scratch, prefix="picture-") as folder:
                path = Path(folder, "picture")
                await asyncio.to_thread(path.write_bytes, picture)
                await self._files.put(key, path)
            return picture


def _name(scene: Scene) -> str:
    """Another name when the scene is moved: its pictures are made anew."""
    return f"{scene.id}-{round(scene.start_s * 1000)}-{round(scene.end_s * 1000)}"


def _within(lit: Lit | None) -> str:
    """Another name once it is known what is lit: until then, the pictures show the bars."""
    return "" if lit is None else f"lit-{'-'.join(map(str, lit))}-"


def _cell(scene: Scene, picture: Image.Image) -> Cell:
    times = f"{format_timecode(round(scene.start_s, 1))} to {format_timecode(round(scene.end_s, 1))}"
    return Cell(picture=picture, caption=[Line(text=times, colour=INK), Line(text=scene.id, size=14)])


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=3)
    return file.getvalue()


def _webp(pictures: Sequence[Image.Image]) -> bytes:
    """They move. `method` 4 costs 0.2 CPU s, and saves a quarter of the bytes at the same look."""
    file = io.BytesIO()
    moving = {"save_all": True, "append_images": pictures[1:], "duration": 1000 // PREVIEW_RATE, "loop": 0}
    pictures[0].save(file, "WEBP", quality=60, method=4, **moving)
    return file.getvalue()

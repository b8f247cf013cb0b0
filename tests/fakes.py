"""Parts that work, but are quicker or more obedient than the real ones."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from processing.ffmpeg import Progress, ProgressSink
from processing.news import News, VideoNews
from processing.plan import check
from processing.render import RenderJob, Rendition
from storage.files import FileStore
from storage.models import Facts


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self, moment: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **parts: float) -> None:
        self.moment += timedelta(**parts)


class FakePool:
    """Writes `content` in place of a short. Shut `gate` to keep renders at 50 %; set `error` to fail them."""

    def __init__(
        self, files: FileStore, *, content: bytes = b"a short, as it were" * 100, size: int = 2
    ) -> None:
        self.jobs: list[RenderJob] = []
        self.rendering = 0
        self.content = content
        self.error: Exception | None = None
        self.notes: tuple[str, ...] = ()
        self.gate = asyncio.Event()
        self.gate.set()
        self._files = files
        self._slots = asyncio.BoundedSemaphore(size)

    async def acquire(self) -> None:
        await self._slots.acquire()

    def release(self) -> None:
        self._slots.release()

    async def render(
        self, job: RenderJob, *, source_key: str, output_key: str, on_progress: ProgressSink
    ) -> Rendition:
        check(job)
        self.jobs.append(job)
        self.rendering += 1
        try:
            return await self._rendered(job, output_key, on_progress)
        finally:
            self.rendering -= 1

    async def _rendered(self, job: RenderJob, output_key: str, on_progress: ProgressSink) -> Rendition:
        on_progress(Progress(stage="encoding", percent=50, eta_s=1.0))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "short.mp4")
            path.write_bytes(self.content)
            await self._files.put(output_key, path)
        facts = Facts(
            width=1080,
            height=1920,
            duration_s=job.end_s - job.start_s,
            size_bytes=len(self.content),
            video_codec="h264",
            audio_codec="aac",
            notes=self.notes,
        )
        return Rendition(
            facts=facts, fps=30, strategy=job.recipe.strategy, quality=job.recipe.quality, elapsed_s=0.1
        )


class FakeNotifier:
    """Keeps what it is sent. Shut `gate` to be slow; `errors` are raised first, one an attempt."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.sent: list[Any] = []
        self.attempts = 0
        self.tried: list[str] = []
        self.errors: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def notify(self, news: News | VideoNews) -> None:
        self.attempts += 1
        self.tried.append(news.delivery_id)
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(news)

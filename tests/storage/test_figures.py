"""What the tables hold is counted as those who watch must see it."""

from dataclasses import replace

from storage.database import Database
from storage.exports import Exports
from storage.figures import figures
from storage.videos import Videos
from tests import samples
from tests.samples import NOON


async def test_an_export_that_waits_for_its_video_does_not_wait_for_a_slot(
    database: Database, exports: Exports, videos: Videos
) -> None:
    video = samples.video()
    ordered = replace(samples.export(), video_id=video.id)
    await exports.create(samples.export(), [], at_most=9, failed_at_most=9)
    await exports.create(ordered, [], at_most=9, failed_at_most=9, source_url="https://a.example/film.mp4")
    assert (await figures(database)).exports == {"pending": 1, "fetching": 1}
    await videos.add(video)
    assert (await figures(database)).exports == {"pending": 2}
    await exports.start_next(NOON)
    await exports.cancel(ordered.id, now=NOON)
    assert (await figures(database)).exports == {"processing": 1, "cancelled": 1}

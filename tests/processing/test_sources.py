"""Whatever goes in, out comes a short that keeps every promise, and docs/sources.md says so."""

from pathlib import Path

import pytest

from processing.errors import ExportError
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.render import render
from tests import samples
from tests.processing.contract import breaches
from tests.processing.source_kinds import SOURCES, Source, made, scene_of
from tests.processing.sources_page import line

PAGE = (Path(__file__).parents[2] / "docs/sources.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
async def test_every_source_becomes_a_right_short(source: Source, tools: Tools, tmp_path: Path) -> None:
    clip, short = made(source, tmp_path, tools), tmp_path / "short.mp4"
    start_s, end_s = scene_of(source)
    job = samples.job(start_s, end_s, strategy="letterbox")
    try:
        rendition = await render(job, source=clip, output=short, tools=tools)
    except ExportError as error:
        pytest.fail(f"{error}: {getattr(error, 'detail', '')}")
    assert breaches(short, tools, seconds=end_s - start_s) == []
    assert line(source, await probe(clip, tools=tools), rendition) in PAGE


def test_the_page_names_no_kind_that_is_not_tried() -> None:
    shorts = PAGE[: PAGE.index("## What does not")]
    assert len([row for row in shorts if row.startswith("| ")]) == len(SOURCES) + 1

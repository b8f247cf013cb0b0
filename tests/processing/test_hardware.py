"""Encoders of graphics cards: what they are told, and that nothing is lost where they do not work.

Few machines have one, so x264 stands in for a card where one has to work: what it is told is another matter.
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from processing import command, encoder_probe
from processing.encoder_probe import choose, chosen_for_service
from processing.ffmpeg import Tools
from processing.hardware import ENCODERS, HARDWARE, Hardware
from processing.render import engine, render
from tests import samples
from tests.processing.contract import breaches
from tests.processing.test_command import ALLOWED, TOOLS, after, planned

#: x264 writes its settings into what it makes: this one is told by its distance of key frames.
MARK = b"keyint=77"


def stand_in(**options: Any) -> Hardware:
    """A card that works as told."""
    told = {"preset:v": "ultrafast", "level:v": "4.2", "x264-params": "8x8dct=1:keyint=77", **options}
    return Hardware(name="libx264", options=told, quality_option="crf:v", has_mean=False)


def offered(monkeypatch: pytest.MonkeyPatch, *cards: Hardware) -> None:
    monkeypatch.setattr(encoder_probe, "HARDWARE", {card.name: card for card in cards})


MAIN_PROFILE = stand_in(**{"x264-params": "8x8dct=0:keyint=77"})
LAVISH = stand_in(**{"x264-params": "8x8dct=1:keyint=77:qp=4"})
NO_CARD = replace(HARDWARE["h264_vaapi"], switches=("-vaapi_device", "/nowhere/card"))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("h264_nvenc", {"-rc:v": "vbr", "-b:v": "0", "-preset:v": "p5"}, id="nvenc"),
        pytest.param("h264_qsv", {"-b:v": "6000000", "-level:v": "42"}, id="qsv"),
        pytest.param(
            "h264_vaapi",
            {"-b:v": "6000000", "-rc_mode:v": "QVBR", "-vaapi_device": "/dev/dri/renderD128"},
            id="vaapi",
        ),
    ],
)
def test_a_card_is_told_this(name: str, told: dict[str, str]) -> None:
    made, hardware = planned(), HARDWARE[name]
    arguments = command.encode_picture(
        made,
        Path("source"),
        Path("sound.m4a"),
        Path("short.mp4"),
        allowance=ALLOWED,
        hardware=hardware,
        threads=1,
        tools=TOOLS,
    )
    always = {"-c:v": name, "-profile:v": "high", "-maxrate:v": "8000000", "-bufsize:v": "64000000"}
    quality = {f"-{hardware.quality_option}": f"{made.crf:.0f}"}
    for option, value in (always | quality | told).items():
        assert after(arguments, option) == value
    assert not {"-pass", "-crf", "-x264-params"} & set(arguments)
    assert arguments.index("-i") > max(
        (arguments.index(switch) for switch in hardware.switches[:1]), default=0
    )
    uploaded = "format=pix_fmts=nv12" in after(arguments, "-filter_complex")
    assert uploaded == ("hwupload" in after(arguments, "-filter_complex")) == bool(hardware.upload)


def test_a_card_is_given_the_bars_as_well() -> None:
    arguments = command.encode_picture(
        planned("letterbox"),
        Path("source"),
        Path("sound.m4a"),
        Path("short.mp4"),
        allowance=ALLOWED,
        hardware=HARDWARE["h264_nvenc"],
        threads=1,
        tools=TOOLS,
    )
    graph = after(arguments, "-filter_complex")
    assert "pad=1080:640:0:16:black[s8];[s8]pad=1080:1920:0:640:black[s9]" in graph


#: What every encoder has need not be listed with one.
EVERYWHERE = {"c", "b", "maxrate", "bufsize", "global_quality", "level"}


@pytest.mark.parametrize("hardware", HARDWARE.values(), ids=lambda hardware: hardware.name)
def test_ffmpeg_knows_what_a_card_is_told(hardware: Hardware, tools: Tools) -> None:
    if hardware.name not in tools.encoders:
        pytest.skip(f"this ffmpeg knows no {hardware.name}")
    said = subprocess.run(
        [tools.ffmpeg, "-hide_banner", "-h", f"encoder={hardware.name}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    known = options_of(said)
    for option, value in hardware.encoder(crf=18, allowance=ALLOWED).items():
        name = option.partition(":")[0]
        if name in ("c", "b", "maxrate", "bufsize", "global_quality") or (
            name == "level" and name not in known
        ):
            continue
        assert name in known
        assert not known[name] or str(value) in known[name] or re.fullmatch(r"[\d.]+", str(value))


def options_of(said: str) -> Mapping[str, set[str]]:
    """Option -> the words that it takes, if it takes words."""
    found: dict[str, set[str]] = {}
    for line in said.splitlines():
        if option := re.match(r"  -(\S+)", line):
            words = found[option[1]] = set()
        elif (word := re.match(r"     (\S+) ", line)) and found:
            words.add(word[1])
    return MappingProxyType(found)


async def test_a_card_that_works_is_chosen(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    offered(monkeypatch, NO_CARD, stand_in())
    chosen = await choose("auto", tools=tools)
    assert chosen.hardware is not None
    assert chosen.hardware.name == "libx264"
    assert [fault.partition(":")[0] for fault in chosen.faults] == ["h264_vaapi"]


@pytest.mark.parametrize(
    ("card", "why"),
    [
        pytest.param(NO_CARD, "", id="no-card-here"),
        pytest.param(MAIN_PROFILE, "not what was asked for", id="another-profile"),
        pytest.param(stand_in(**{"preset:v": "warp"}), "", id="an-option-unknown-to-it"),
        pytest.param(replace(stand_in(), name="h264_of_tomorrow"), "no such encoder", id="unknown-to-ffmpeg"),
    ],
)
async def test_a_card_that_does_not_do_as_it_is_told_is_named_and_left_alone(
    card: Hardware, why: str, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = CapturingLogger()
    monkeypatch.setattr(encoder_probe, "log", log)
    offered(monkeypatch, card)
    assert await chosen_for_service(card.name, tools=tools) is None
    (call,) = log.calls
    assert call.method_name == "warning"
    assert call.kwargs["faults"][0].startswith(f"{card.name}: ")
    assert why in call.kwargs["faults"][0]


async def test_who_wants_software_has_no_card_tried(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    offered(monkeypatch, stand_in())
    assert str(await choose("software", tools=tools)) == "software"


async def test_a_card_that_works_makes_the_short(landscape: Path, tools: Tools, tmp_path: Path) -> None:
    short = tmp_path / "short.mp4"
    await render(samples.job(0, 1), source=landscape, output=short, tools=tools, hardware=stand_in())
    assert breaches(short, tools, seconds=1) == []
    assert MARK in short.read_bytes()


@pytest.mark.parametrize(
    ("card", "target_mb"),
    [
        pytest.param(MAIN_PROFILE, None, id="another-profile"),
        pytest.param(NO_CARD, None, id="gone-since-the-start"),
        pytest.param(stand_in(), 0.2, id="a-size-that-is-not-for-one-pass"),
        pytest.param(LAVISH, 0.6, id="a-file-that-is-too-large"),
    ],
)
async def test_where_a_card_fails_software_makes_the_short(
    card: Hardware, target_mb: float | None, landscape: Path, tools: Tools, tmp_path: Path
) -> None:
    short = tmp_path / "short.mp4"
    job = samples.job(0, 1, target_mb=target_mb)
    rendition = await render(job, source=landscape, output=short, tools=tools, hardware=card)
    assert breaches(short, tools, seconds=1) == []
    assert MARK not in short.read_bytes()
    assert rendition.facts.size_bytes <= (target_mb or 30) * 1e6


def test_the_work_of_one_encoder_is_not_taken_for_that_of_another() -> None:
    engines = {engine(TOOLS, hardware) for hardware in (None, *HARDWARE.values())}
    assert len(engines) == len(ENCODERS) - 1  # auto is none of its own

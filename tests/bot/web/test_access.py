"""The page behind a link, used as people use it who see little, hear it read out, or have no mouse."""

import io
import re
from collections.abc import AsyncIterator, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.config import Settings
from storage.models import Export
from tests.bot.web.conftest import SETTINGS, House
from tests.bot.web.test_pages import linked
from tests.browser import CHROMIUM, Page, browser, page_of

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium here: `apt-get install chromium` brings it"
)

SCHEMES = ["light", "dark"]
#: What WCAG 2.2 asks of text (1.4.3, level AA) and of what shows the focus (2.4.13).
TEXT_CONTRAST, RING_CONTRAST, RING_PX = 4.5, 3.0, 2
#: A ring further out is not looked for.
RING_REACH = 8

BOX = """document.querySelector("{selector}").getBoundingClientRect().toJSON()"""
PLAYED = """
new Promise((done) => {
  const video = document.querySelector("video");
  if (video.ended) done(); else video.addEventListener("ended", () => done());
})
"""

ALL_TEXT = """
(() => {
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement, said = walk.currentNode.data.trim();
    if (said && !element.closest("script, style, video"))
      found.push([said, getComputedStyle(element).color, ground(element)]);
  }
  return found;
})()
"""

#: From before the page is there, so that no haste of ours decides what is heard.
LISTEN = """
window.said = [];
new MutationObserver((changes) => {
  for (const { target } of changes)
    if (target.closest?.("section"))
      window.said.push(target.closest("[role=status], [role=alert], [aria-live]") ? "aloud" : "silently");
}).observe(document, { childList: true, subtree: true });
"""

UNTIL_THE_END = """
new Promise((done) => {
  const look = () => document.querySelector("[role=timer]") ? setTimeout(look, 50) : done(window.said);
  look();
})
"""


@pytest.fixture
def settings() -> Settings:
    return Settings(**SETTINGS | {"limits": {"renewal_by_link": True}})


@pytest.fixture
async def export(house: House, short: Path) -> Export:
    house.pool.content = short.read_bytes()
    return await linked(house)


@pytest.fixture(scope="module")
def listening() -> Iterator[str]:
    with browser() as address:
        yield address


@pytest.fixture
async def page(listening: str) -> AsyncIterator[Page]:
    async with page_of(listening) as page:
        yield page


async def test_tab_leads_through_player_download_and_renewal_in_this_order(
    house: House, export: Export, page: Page
) -> None:
    await page.show(address(house, export))
    way = [await station_after_tab(page) for _ in range(12)]
    assert [name for name, _ in groupby(way)][:3] == ["player", "Download", "Keep it longer"]


async def test_enter_plays_downloads_and_renews(
    house: House, export: Export, page: Page, tmp_path: Path
) -> None:
    await page.save_into(tmp_path)
    house.clock.advance(hours=1)
    await page.show(address(house, export))
    await tab_to(page, "play")
    await page.press("Enter")
    await page.js(PLAYED)
    await tab_to(page, "Download")
    await page.press("Enter")
    assert (await page.event("Browser.downloadWillBegin"))["suggestedFilename"] == "Kick-off.mp4"
    await tab_to(page, "Keep it longer")
    await page.press("Enter")
    await page.event("Page.loadEventFired")
    renewed = await house.services.exports.get(export.id)
    assert renewed is not None
    assert renewed.expires_at > export.expires_at


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_focus_is_seen_all_around_what_has_it(
    house: House, export: Export, page: Page, scheme: str
) -> None:
    await page.show(address(house, export), scheme=scheme)
    for selector in ("video", ".actions a", ".actions button"):
        await page.js("document.activeElement.blur()")
        box = await page.js(BOX.format(selector=selector))
        before = await picture(page)
        await tab_to(page, "", selector=selector)
        rings = ringed(before, await picture(page), box)
        perimeter = 2 * (box["width"] + box["height"])
        assert rings >= RING_PX * perimeter, f"{selector} in {scheme}: {rings} px of {perimeter:.0f}"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("state", ["living", "expired"])
async def test_all_text_stands_out_from_its_ground(
    house: House, export: Export, page: Page, scheme: str, state: str
) -> None:
    house.clock.advance(hours=24 if state == "expired" else 0)
    await page.show(address(house, export), scheme=scheme)
    texts = await page.js(ALL_TEXT)
    assert {"living": "Download", "expired": "This short has expired"}[state] in [said for said, *_ in texts]
    faint = {said: contrast(rgb(ink), rgb(ground)) for said, ink, ground in texts}
    assert {said: ratio for said, ratio in faint.items() if ratio < TEXT_CONTRAST} == {}


async def test_a_screen_reader_hears_what_everything_is_and_what_it_is_called(
    house: House, export: Export, page: Page
) -> None:
    await page.show(address(house, export))
    nodes = await heard(page)
    said = [(node["role"], node["name"]) for node in nodes]
    assert ("RootWebArea", "Kick-off · Cutdown") in said
    assert ("Video", "Kick-off") in said
    assert ("link", "Download") in said
    assert ("button", "Keep it longer") in said
    assert [name for role, name in said if role == "heading"] == ["Kick-off"]
    assert [role for role, _ in said].count("main") == 1
    assert [node for node in nodes if node["focusable"] and not node["name"]] == []
    assert [node["live"] for node in nodes if node["role"] == "timer"] in (["off"], [None])
    assert [node["live"] for node in nodes if node["role"] == "status"] == ["polite"]
    assert await page.js("document.documentElement.lang") == "en"


async def test_the_end_is_said_once_and_the_seconds_before_it_never(
    house: House, export: Export, page: Page
) -> None:
    house.clock.advance(hours=24, seconds=-2)
    await page.ask("Page.addScriptToEvaluateOnNewDocument", source=LISTEN)
    await page.show(address(house, export))
    told = await page.js(UNTIL_THE_END)
    assert told.count("aloud") == 1
    assert told.count("silently") >= 1
    assert "This short has expired." in [node["name"] for node in await heard(page)]
    assert await page.js("document.querySelectorAll('a, button').length") == 0


async def test_the_countdown_goes_by_the_clock_of_the_service(
    house: House, export: Export, page: Page
) -> None:
    house.clock.advance(hours=20)
    await page.show(address(house, export))
    assert await page.js("document.querySelector('time').textContent") in ("in 4 h 0 min", "in 3 h 59 min")


async def test_without_javascript_the_page_says_when_it_ends(
    house: House, export: Export, page: Page
) -> None:
    await page.ask("Emulation.setScriptExecutionDisabled", value=True)
    await page.show(address(house, export))
    said = [node["name"] for node in await heard(page)]
    assert f"{export.expires_at:%-d %B %Y, %H:%M} UTC" in said
    assert "Keep it longer" in said


async def test_nothing_runs_out_of_the_narrowest_window(house: House, export: Export, page: Page) -> None:
    await page.show(address(house, export), width=320, height=2000)
    assert await page.js("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def address(house: House, export: Export) -> str:
    return f"{house.services.base_url}/s/{export.token}"


async def station_after_tab(page: Page) -> str:
    """Where the next press of Tab leads: to the player, whichever part of it, or to what is called so."""
    await page.press("Tab")
    return str(
        await page.js("document.activeElement.matches('video') ? 'player' : document.activeElement.innerText")
    )


async def tab_to(page: Page, name: str, *, selector: str = "") -> None:
    """Press Tab until that has the focus, known by what a screen reader calls it or by a selector."""
    for _ in range(20):
        await page.press("Tab")
        if selector and await page.js(f"document.activeElement.matches('{selector}')"):
            return
        if not selector and name in [node["name"] for node in await heard(page) if node["focused"]]:
            return
    pytest.fail(f"Tab never leads to {selector or name}")


async def heard(page: Page) -> list[dict[str, Any]]:
    """What a screen reader is told of."""
    tree = await page.ask("Accessibility.getFullAXTree")
    return [
        {
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", ""),
            **dict.fromkeys(("focusable", "focused", "live")),
            **{each["name"]: each["value"].get("value") for each in node.get("properties", [])},
        }
        for node in tree["nodes"]
        if not node.get("ignored")
    ]


async def picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(await page.picture())).convert("RGB")


def ringed(before: Image.Image, after: Image.Image, box: dict[str, float]) -> int:
    """How many pixels close around that box have become clearly different."""
    left, top, right, bottom = (round(box[side]) for side in ("left", "top", "right", "bottom"))
    return sum(
        contrast(before.getpixel((x, y)), after.getpixel((x, y))) >= RING_CONTRAST
        for x in range(left - RING_REACH, right + RING_REACH)
        for y in range(top - RING_REACH, bottom + RING_REACH)
        if not (left <= x < right and top <= y < bottom)
    )


def rgb(said: str) -> tuple[int, ...]:
    """The colour that a computed style names; one that lets others shine through is not foreseen."""
    assert said.startswith("rgb("), said
    return tuple(map(int, re.findall(r"\d+", said)))


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """As WCAG 2.2 defines it, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: tuple[int, ...]) -> float:
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in colour)]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

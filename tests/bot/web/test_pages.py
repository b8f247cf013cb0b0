"""The page behind a link: for people, for the cards of chats, and for a real browser."""

import io
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.config import Settings
from bot.web.link_cards import cards
from storage.models import Export
from tests import samples
from tests.bot.web.conftest import SETTINGS, House
from tests.browser import CHROMIUM, opened


class Tags(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def meta(self, name: str) -> str | None:
        for tag, attributes in self.all:
            if tag == "meta" and name in (attributes.get("property"), attributes.get("name")):
                return attributes["content"]
        return None

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.all if name == tag]


async def linked(house: House, *, title: str = "Kick-off") -> Export:
    scene = await house.scene()
    named = await house.post(
        f"/v1/videos/{scene.video_id}/scenes", json={"start_s": 1, "end_s": 3, "title": title}
    )
    answer = await house.post("/v1/exports", json={**RECIPE, "scene_id": named.json["id"]})
    await house.ended(answer.json["id"])
    export = await house.services.exports.get(answer.json["id"])
    assert export is not None
    return export


RECIPE = {"aspect_ratio_strategy": "center_crop", "output_quality": "high"}


async def test_a_link_has_a_page_with_a_player_a_button_and_the_time(house: House) -> None:
    export = await linked(house)
    answer = await house.ask("GET", f"/s/{export.token}")
    page = Tags(answer.raw.decode())
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.of("source")[0]["src"] == f"{house.services.base_url}/d/{export.token}"
    assert any("download" in link for link in page.of("a"))
    assert page.of("time")[0]["datetime"] == export.expires_at.isoformat()
    assert page.of("form") == []


async def test_the_card_plays_wherever_the_link_is_pasted(house: House) -> None:
    export = await linked(house)
    page = Tags((await house.ask("GET", f"/s/{export.token}")).raw.decode())
    file_url = f"{house.services.base_url}/d/{export.token}"
    assert page.meta("og:video") == page.meta("twitter:player:stream") == file_url
    assert page.meta("og:video:type") == "video/mp4"
    assert (page.meta("og:video:width"), page.meta("og:video:height")) == ("1080", "1920")
    assert page.meta("og:image") == f"{house.services.base_url}/s/{export.token}/poster.jpg"
    assert page.meta("twitter:player") == f"{house.services.base_url}/s/{export.token}"


async def test_the_component_embed_is_as_discord_documents_it(house: House) -> None:
    export = await linked(house, title="</script>" * 11)
    page = (await house.ask("GET", f"/s/{export.token}")).raw.decode()
    found = re.search(r'<script id="discord:component-embed" type="application/json">(.*?)</script>', page)
    assert found is not None
    assert found.end() < page.index("</head>")
    assert_documented(json.loads(found[1]))


def assert_documented(embed: dict[str, Any]) -> None:
    """What docs.discord.com/developers/link-previews/component-embeds says of the payload."""
    (container,) = [embed.pop("component")]
    assert embed == {}
    assert (container["type"], 0 <= container["accent_color"] <= 0xFFFFFF) == (17, True)
    text, gallery, row = container["components"]
    assert (text["type"], gallery["type"], row["type"]) == (10, 12, 1)
    assert [item["media"]["url"].split(":")[0] for item in gallery["items"]] == ["http"]
    (button,) = row["components"]
    assert (button["type"], button["style"]) == (2, 5)
    assert set(button) <= {"id", "type", "url", "style", "label", "emoji", "disabled"}


@given(title=st.text(max_size=200) | st.text("<\\*\x01😀&", min_size=200, max_size=200))
def test_no_title_makes_the_component_embed_too_large_or_ends_its_element(title: str) -> None:
    export = samples.export(title=title, facts=samples.FACTS)
    head = cards(export, summary="3 s", page_url="https://x.example/s/t", file_url="https://x.example/d/t")
    (said,) = re.findall(
        r'<script id="discord:component-embed" type="application/json">(.*)</script>', head, re.S
    )
    assert len(said.encode()) <= 3000
    assert "<" not in said
    assert json.loads(said)["component"]["components"][1]["items"][0]["description"] == title[:100]


def test_an_embed_that_discord_would_not_read_to_its_end_is_left_out() -> None:
    export = samples.export(facts=samples.FACTS)
    long = "https://x.example/" + "a" * 3000
    assert "<script" not in cards(export, summary="3 s", page_url=long, file_url=long)


async def test_the_card_calls_only_what_is_encrypted_secure(house: House) -> None:
    page = Tags((await house.ask("GET", f"/s/{(await linked(house)).token}")).raw.decode())
    assert page.meta("og:type") == "video.other"
    assert page.meta("og:video:secure_url") is None


async def test_a_title_is_text_and_never_markup(house: House) -> None:
    export = await linked(house, title='<img src=x onerror="alert(1)">&')
    page = (await house.ask("GET", f"/s/{export.token}")).raw.decode()
    assert Tags(page).of("img") == []
    assert Tags(page).meta("og:title") == '<img src=x onerror="alert(1)">&'


async def test_nothing_from_elsewhere_may_run_or_load(house: House) -> None:
    answer = await house.ask("GET", f"/s/{(await linked(house)).token}")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)
    assert nonce is not None
    assert policy.startswith("default-src 'none'")
    assert f'nonce="{nonce[1]}"' in answer.raw.decode()


async def test_a_dead_link_says_so_and_an_unknown_one_too(house: House) -> None:
    export = await linked(house)
    house.clock.advance(hours=24)
    expired = await house.ask("GET", f"/s/{export.token}")
    unknown = await house.ask("GET", "/s/nothing")
    assert (expired.status, unknown.status) == (410, 404)
    assert "This short has expired" in expired.raw.decode()
    assert "<video" not in expired.raw.decode() + unknown.raw.decode()


async def test_the_poster_is_a_picture_of_the_short(house: House, short: Path) -> None:
    house.pool.content = short.read_bytes()
    export = await linked(house)
    answer = await house.ask("GET", f"/s/{export.token}/poster.jpg")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg")
    with Image.open(io.BytesIO(answer.raw)) as picture:
        assert picture.format == "JPEG"
        page = Tags((await house.ask("GET", f"/s/{export.token}")).raw.decode())
        assert (page.meta("og:image:width"), page.meta("og:image:height")) == tuple(map(str, picture.size))


async def test_a_file_without_a_picture_has_no_poster(house: House) -> None:
    answer = await house.ask("GET", f"/s/{(await linked(house)).token}/poster.jpg")
    assert answer.status == 404


async def test_a_link_is_not_renewed_by_strangers(house: House) -> None:
    export = await linked(house)
    assert (await house.ask("POST", f"/s/{export.token}/renew")).status == 403


class TestWhereEveryoneMayRenew:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(**SETTINGS | {"limits": {"renewal_by_link": True}})

    async def test_the_button_gives_the_same_link_more_time(self, house: House) -> None:
        export = await linked(house)
        house.clock.advance(hours=5)
        page = Tags((await house.ask("GET", f"/s/{export.token}")).raw.decode())
        answer = await house.ask("POST", str(page.of("form")[0]["action"]))
        assert (answer.status, answer.headers["Location"]) == (
            303,
            f"{house.services.base_url}/s/{export.token}",
        )
        renewed = await house.services.exports.get(export.id)
        assert renewed is not None
        assert (renewed.expires_at - export.expires_at).total_seconds() == 5 * 3600


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium` brings it")
class TestInChromium:
    """What a browser makes of the page. Its clock is the real one."""

    async def test_the_player_loads_the_short_and_the_countdown_runs(self, house: House, short: Path) -> None:
        house.pool.content, house.clock.moment = short.read_bytes(), datetime.now(UTC)
        export = await linked(house)
        page = await opened(f"{house.services.base_url}/s/{export.token}", "--dump-dom")
        assert re.search(r"<time [^>]*>in (24 h|23 h 59 min)", page)
        assert '<p role="status"></p>' in page

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_the_page_can_be_looked_at(
        self, house: House, short: Path, tmp_path: Path, scheme: str
    ) -> None:
        house.pool.content, house.clock.moment = short.read_bytes(), datetime.now(UTC)
        export = await linked(house)
        picture = tmp_path / f"page-{scheme}.png"
        await opened(
            f"{house.services.base_url}/s/{export.token}",
            f"--screenshot={picture}",
            "--window-size=500,900",
            *(["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []),
        )
        assert picture.read_bytes().startswith(b"\x89PNG")

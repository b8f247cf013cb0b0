"""Writes what chats and networks read to show a link as a card that plays."""

import json
from html import escape

from processing.stills import THUMBNAIL_WIDTH
from storage.models import Export

#: Discord reads no more of it (see `component_embed`).
EMBED_BYTES = 3000
ACCENT = 0x7C5CFF


def cards(export: Export, *, summary: str, page_url: str, file_url: str) -> str:
    """The elements for the head of the link's page."""
    lines = [
        *_metas("property", _open_graph(export, summary=summary, page_url=page_url, file_url=file_url)),
        *_metas("name", _twitter(export, summary=summary, page_url=page_url, file_url=file_url)),
    ]
    embed = _in_script(component_embed(export, summary=summary, page_url=page_url, file_url=file_url))
    # one that is too large would cost the preview; without one, Open Graph makes it
    if len(embed.encode()) <= EMBED_BYTES:
        lines.append(f'<script id="discord:component-embed" type="application/json">{embed}</script>')
    return "\n".join(lines)


def component_embed(export: Export, *, summary: str, page_url: str, file_url: str) -> dict[str, object]:
    """The card as Discord's own components: the title, the facts, the player and a button.

    <https://docs.discord.com/developers/link-previews/component-embeds> says: the document must be
    "a JSON object with a single, parent Container component", under the key `component`; in the head,
    within "a 3,000-byte limit"; of a button, any key not named there "invalidates the entire payload".
    """
    text = f"**{_plain(export.title[:100])}**\n{summary}"
    gallery = {"type": 12, "items": [{"media": {"url": file_url}, "description": export.title[:100]}]}
    button = {"type": 2, "style": 5, "label": "Open", "url": page_url}
    row = {"type": 1, "components": [button]}
    parts = [{"type": 10, "content": text}, gallery, row]
    return {"component": {"type": 17, "accent_color": ACCENT, "components": parts}}


def _open_graph(export: Export, *, summary: str, page_url: str, file_url: str) -> dict[str, str]:
    """A video type, a file, an image: <https://docs.discord.com/developers/link-previews/overview#video>."""
    assert export.facts is not None
    width, height = export.facts.width, export.facts.height
    return {
        "og:type": "video.other",
        "og:site_name": "Cutdown",
        "og:title": export.title,
        "og:description": summary,
        "og:url": page_url,
        "og:image": f"{page_url}/poster.jpg",
        "og:image:type": "image/jpeg",
        "og:image:width": str(THUMBNAIL_WIDTH),
        "og:image:height": str(round(THUMBNAIL_WIDTH * height / width)),
        "og:image:alt": export.title,
        "og:video": file_url,
        **({"og:video:secure_url": file_url} if file_url.startswith("https:") else {}),
        "og:video:type": "video/mp4",
        "og:video:width": str(width),
        "og:video:height": str(height),
    }


def _twitter(export: Export, *, summary: str, page_url: str, file_url: str) -> dict[str, str]:
    assert export.facts is not None
    return {
        "description": summary,
        "twitter:card": "player",
        "twitter:title": export.title,
        "twitter:image": f"{page_url}/poster.jpg",
        "twitter:player": page_url,
        "twitter:player:stream": file_url,
        "twitter:player:stream:content_type": "video/mp4",
        "twitter:player:width": str(export.facts.width),
        "twitter:player:height": str(export.facts.height),
    }


def _metas(kind: str, values: dict[str, str]) -> list[str]:
    return [f'<meta {kind}="{name}" content="{escape(value)}">' for name, value in values.items()]


def _in_script(value: object) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _plain(text: str) -> str:
    """Text in which nothing means anything to Discord's markdown."""
    return "".join(f"\\{character}" if character in "\\*_~`|>#[]()<@:" else character for character in text)

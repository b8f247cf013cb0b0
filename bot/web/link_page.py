"""Writes the page behind a link: what a person, or the card of a chat, sees of a short."""

import json
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from string import Template

from storage.models import Export

#: The only script: without it the page says when the link ends, with it how long that is from now.
COUNTDOWN = """
const time = document.querySelector("time"), end = Date.parse(time.dateTime);
function tick() {
  const left = Math.max(0, Math.round((end - Date.now()) / 1000));
  const hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60, seconds = left % 60;
  time.textContent = hours ? `in ${hours} h ${minutes} min`
    : minutes ? `in ${minutes} min ${seconds} s`
    : `in ${seconds} s`;
  if (left) setTimeout(tick, 1000);
}
tick();
"""


def living(export: Export, *, page_url: str, file_url: str, may_renew: bool, nonce: str) -> str:
    """The page of a link that lives."""
    assert export.facts is not None
    assert export.expires_at is not None
    title, facts = escape(export.title), export.facts
    facts_line = f"{facts.duration_s:.0f} s · {facts.width}x{facts.height} · {_size(facts.size_bytes)}"
    renew = f"""<form method="post" action="{page_url}/renew">
<button class="button quiet">Keep it longer</button>
</form>"""
    body = f"""<video controls playsinline preload="metadata" poster="{page_url}/poster.jpg"
 aria-label="{title}">
<source src="{file_url}" type="video/mp4">
</video>
<section>
<h1>{title}</h1>
<p>{facts_line}<br>Expires {_moment(export.expires_at)}</p>
<div class="actions">
<a class="button" href="{file_url}?download" download>Download</a>
{renew if may_renew else ""}
</div>
</section>"""
    return _page(
        title=title,
        head=_cards(export, title=title, summary=facts_line, page_url=page_url, file_url=file_url),
        body=body,
        foot=f'<script nonce="{nonce}">{COUNTDOWN}</script>',
        nonce=nonce,
    )


def ended(title: str, *, reason: str, nonce: str) -> str:
    """The page of a link that is dead, or never was."""
    body = f"<section>\n<h1>{escape(title)}</h1>\n<p>{escape(reason)}</p>\n</section>"
    return _page(title=escape(title), head="", body=body, foot="", nonce=nonce)


def component_embed(export: Export, *, summary: str, page_url: str, file_url: str) -> dict[str, object]:
    """The card as Discord's own components: the player, the title, the facts and a button."""
    text = f"**{_plain(export.title)}**\n{summary}"
    gallery = {"type": 12, "items": [{"media": {"url": file_url}, "description": export.title[:100]}]}
    button = {"type": 2, "style": 5, "label": "Open", "url": page_url}
    row = {"type": 1, "components": [button]}
    container = {
        "type": 17,
        "accent_color": 0x7C5CFF,
        "components": [{"type": 10, "content": text}, gallery, row],
    }
    return {"components": [container]}


def _cards(export: Export, *, title: str, summary: str, page_url: str, file_url: str) -> str:
    """What chats and networks read to show the link as a card that plays."""
    assert export.facts is not None
    width, height = export.facts.width, export.facts.height
    properties = {
        "og:type": "video.other",
        "og:site_name": "Cutdown",
        "og:title": title,
        "og:description": escape(summary),
        "og:url": page_url,
        "og:image": f"{page_url}/poster.jpg",
        "og:image:type": "image/jpeg",
        "og:image:alt": title,
        "og:video": file_url,
        "og:video:secure_url": file_url,
        "og:video:type": "video/mp4",
        "og:video:width": str(width),
        "og:video:height": str(height),
    }
    names = {
        "description": escape(summary),
        "twitter:card": "player",
        "twitter:title": title,
        "twitter:image": f"{page_url}/poster.jpg",
        "twitter:player": page_url,
        "twitter:player:stream": file_url,
        "twitter:player:stream:content_type": "video/mp4",
        "twitter:player:width": str(width),
        "twitter:player:height": str(height),
    }
    embed = component_embed(export, summary=summary, page_url=page_url, file_url=file_url)
    lines = [f'<meta property="{name}" content="{value}">' for name, value in properties.items()]
    lines += [f'<meta name="{name}" content="{value}">' for name, value in names.items()]
    lines.append(f'<script id="discord:component-embed" type="application/json">{_in_script(embed)}</script>')
    return "\n".join(lines)


def _in_script(value: object) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(value).replace("<", "\\u003c").replace("&", "\\u0026")


def _plain(text: str) -> str:
    """Text in which nothing means anything to Discord's markdown."""
    return "".join(f"\\{character}" if character in "\\*_~`|>#[]()<@:" else character for character in text)


def _moment(moment: datetime) -> str:
    said = moment.astimezone(UTC)
    return f'<time datetime="{said.isoformat()}">{said:%-d %B %Y, %H:%M} UTC</time>'


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 100_000 else f"{max(1, size_bytes // 1000)} kB"


def _page(*, title: str, head: str, body: str, foot: str, nonce: str) -> str:
    template = Template(files("bot.web").joinpath("link_page.html").read_text(encoding="utf-8"))
    return template.substitute(title=title, head=head, body=body, foot=foot, nonce=nonce)

"""Writes the page behind a link: what a person, or the card of a chat, sees of a short."""

from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from string import Template

from bot.web.link_cards import cards
from storage.models import Export

#: The only script: without it the page says when the link ends, with it how long that is from now, by the
#: service's clock. It is told once that the end has come; nothing reads a countdown out each second.
COUNTDOWN = """
const time = document.querySelector("time"), end = Date.parse(time.dateTime);
const ahead = Date.parse(time.dataset.now) - Date.now();
function tick() {
  const left = Math.max(0, Math.round((end - ahead - Date.now()) / 1000));
  const hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60, seconds = left % 60;
  time.textContent = hours ? `in ${hours} h ${minutes} min`
    : minutes ? `in ${minutes} min ${seconds} s`
    : `in ${seconds} s`;
  if (left) setTimeout(tick, 1000); else over();
}
function over() {
  document.querySelector("[role=timer]").remove();
  document.querySelector(".actions").remove();
  document.querySelector("[role=status]").textContent = "This short has expired.";
}
tick();
"""


def living(
    export: Export, *, now: datetime, page_url: str, file_url: str, may_renew: bool, nonce: str
) -> str:
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
<h1 dir="auto">{title}</h1>
<p>{facts_line}</p>
<p role="timer">Expires {_moment(export.expires_at, now=now)}</p>
<p role="status"></p>
<div class="actions">
<a class="button" href="{file_url}?download" download>Download</a>
{renew if may_renew else ""}
</div>
</section>"""
    return _page(
        title=title,
        head=cards(export, summary=facts_line, page_url=page_url, file_url=file_url),
        body=body,
        foot=f'<script nonce="{nonce}">{COUNTDOWN}</script>',
        nonce=nonce,
    )


def ended(title: str, *, reason: str, nonce: str) -> str:
    """The page of a link that is dead, or never was."""
    body = f"<section>\n<h1>{escape(title)}</h1>\n<p>{escape(reason)}</p>\n</section>"
    return _page(title=escape(title), head="", body=body, foot="", nonce=nonce)


def _moment(moment: datetime, *, now: datetime) -> str:
    said, asked = moment.astimezone(UTC), now.astimezone(UTC)
    return (
        f'<time datetime="{said.isoformat()}" data-now="{asked.isoformat()}">'
        f"{said:%-d %B %Y, %H:%M} UTC</time>"
    )


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 100_000 else f"{max(1, size_bytes // 1000)} kB"


def _page(*, title: str, head: str, body: str, foot: str, nonce: str) -> str:
    template = Template(files("bot.web").joinpath("link_page.html").read_text(encoding="utf-8"))
    return template.substitute(title=title, head=head, body=body, foot=foot, nonce=nonce)

"""Draws the pictures of the cards: the real components, as HTML in Discord's manner, by headless Chromium.

.venv/bin/python docs/pictures/cards.py        needs chromium on PATH, and a font with colour emoji
"""

import asyncio
import html
import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from bot.chat.cards import BLUE, ExportFacts, Playing, batch_card, components_of, export_card
from bot.chat.languages import words_for
from bot.chat.lists import ScenesPage, preview_card, scenes_card
from bot.chat.modals import ExportModal
from processing.ffmpeg import Progress, find_tools
from processing.ffprobe import probe
from processing.stills import thumbnail
from processing.strategy_sheet import strategy_sheet
from storage.experience import Estimate
from storage.models import Export, ExportStatus, Facts, Quota, Recipe, Scene

HERE = Path(__file__).parent
EN = words_for("en-US")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUOTA = Quota(used=3, limit=10, resets_at=NOW + timedelta(hours=12))
SCENE = Scene(
    id="scn_4kd0zt9m3v",
    video_id="vid",
    owner_id="7",
    title="Into the seahorse valley",
    start_s=10.5,
    end_s=55.7,
    created_at=NOW,
)
EXPORT = Export(
    id="exp_9b2m7x0c4t",
    scene_id=SCENE.id,
    video_id="vid",
    user_id="7",
    client=None,
    title=SCENE.title,
    start_s=10.5,
    end_s=55.7,
    recipe=Recipe(strategy="center_crop", quality="high"),
    status=ExportStatus.PROCESSING,
    attempt=1,
    crashes=0,
    error=None,
    token="",
    file_key=None,
    facts=None,
    created_at=NOW,
    started_at=NOW,
    finished_at=None,
    expires_at=None,
)
FACTS = Facts(
    width=1080, height=1920, duration_s=45.2, size_bytes=9_412_000, video_codec="h264", audio_codec="aac"
)
DONE = replace(
    EXPORT,
    status=ExportStatus.COMPLETED,
    facts=FACTS,
    expires_at=NOW + timedelta(hours=24),
)
STYLE = """
body { margin: 0; background: #313338; color: #dbdee1; padding: 16px; width: max-content;
       display: flex; gap: 20px; align-items: flex-start;
       font: 15px/1.4 Inter, 'DejaVu Sans', 'Noto Color Emoji', sans-serif }
.name { font-weight: 600; color: #f2f3f5; margin-bottom: 6px }
.app { background: #5865f2; border-radius: 4px; font-size: 10px; padding: 1px 5px; margin-left: 4px }
.container { background: #2b2d31; border: 1px solid #3f4147; border-left: 4px solid; border-radius: 8px;
             padding: 14px; display: flex; flex-direction: column; gap: 8px }
h3 { margin: 0; font-size: 18px; color: #f2f3f5 }
.small { font-size: 12px; color: #949ba4 }
hr { border: 0; border-top: 1px solid #3f4147; margin: 2px 0; width: 100% }
.row { display: flex; gap: 8px; flex-wrap: wrap }
.button { background: #4e5058; color: #fff; border-radius: 8px; padding: 6px 14px; font-size: 14px;
          font-weight: 500; white-space: nowrap }
.primary { background: #5865f2 }
.danger { background: #da373c }
.disabled { opacity: .5 }
.select, .field { background: #1e1f22; border: 1px solid #3f4147; border-radius: 8px; padding: 8px 12px;
                  flex: 1 }
.time { background: #3f4147; border-radius: 3px; padding: 0 3px }
.mention { background: #3c4270; color: #c9cdfb; border-radius: 3px; padding: 0 3px }
.section { display: flex; justify-content: space-between; gap: 12px; align-items: center }
.thumbnail { width: 96px; border-radius: 8px }
.gallery { border-radius: 8px; max-width: 100%; align-self: flex-start }
.portrait { height: 330px }
.modal { background: #2b2d31; border-radius: 12px; padding: 18px; width: 400px; display: flex;
         flex-direction: column; gap: 10px }
.label { font-weight: 600; color: #f2f3f5; margin-bottom: 4px }
.choice { background: #1e1f22; border-radius: 8px; padding: 8px 12px; margin: 4px 0 }
.open { border: 1px solid #3f4147; border-radius: 8px; margin-top: 4px; background: #1e1f22 }
.open .choice { margin: 0; padding: 6px 12px }
"""


def main() -> None:
    """Draw them all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(take_pictures(folder))
        for picture_name, parts in PICTURES.items():
            draw(picture_name, parts(), folder)


def card_parts() -> list[str]:
    """A short while it is made, and when it is done."""
    return [message(export_card(running(), EN)), message(export_card(done(), EN, playing=Playing.WHOLE))]


def miniature_parts() -> list[str]:
    """A short that is too large to be sent: the link at once, a smaller copy later."""
    large = done(facts=replace(FACTS, size_bytes=38_700_000))
    ways = (Playing.NOTHING, Playing.MINIATURE)
    return [message(export_card(large, EN, playing=playing)) for playing in ways]


def scenes_parts() -> list[str]:
    """A page of scenes, and the window that asks how the short is to be made."""
    return [message(scenes_card(scenes(), EN)), window(modal())]


def preview_parts() -> list[str]:
    """One moment of a scene under every strategy."""
    return [message(preview_card(SCENE, EN), width=760)]


def batch_parts() -> list[str]:
    """Three shorts in one message, and one that was left out."""
    spent = replace(running(), quota=replace(QUOTA, used=10))
    members = [spent, done(title="Elephants"), waiting()]
    note = "Left out: Minibrot. All 10 of today's shorts are used."
    return [message(batch_card(members, note=note, words=EN))]


#: File -> what is on it.
PICTURES: dict[str, Callable[[], list[str]]] = {
    "card.png": card_parts,
    "miniature.png": miniature_parts,
    "scenes.png": scenes_parts,
    "preview.png": preview_parts,
    "batch.png": batch_parts,
}


def running() -> ExportFacts:
    """A short that is being rendered."""
    progress = Progress(stage="rendering", percent=62, eta_s=16)
    return ExportFacts(export=EXPORT, quota=QUOTA, link="#", progress=progress)


def done(**changes: Any) -> ExportFacts:
    """One that is finished."""
    return ExportFacts(export=replace(DONE, **changes), quota=QUOTA, link="#")


def scenes() -> ScenesPage:
    """A page of three scenes, one of which is too long."""
    others = [
        replace(SCENE, id="scn_b", title="Elephants", start_s=61, end_s=233),
        replace(SCENE, id="scn_c", title="Minibrot", start_s=240, end_s=480),
    ]
    found = [SCENE, *others]
    return ScenesPage(
        scenes=found,
        video_id="vid",
        page=0,
        quota=QUOTA,
        longest_s=180,
        pictured=[one.id for one in found],
    )


def waiting() -> ExportFacts:
    """An export in the queue."""
    export = replace(EXPORT, status=ExportStatus.PENDING, title="Spirals")
    return ExportFacts(export=export, quota=QUOTA, link="#", waiting_before=1)


def modal() -> dict[str, Any]:
    """The window that asks how a short is to be made."""
    basis = Recipe(strategy="center_crop", quality="high")
    expected = {
        "high": Estimate(size_bytes=31_400_000, render_s=58),
        "medium": Estimate(size_bytes=14_200_000, render_s=44),
    }
    asked = ExportModal(scene=SCENE, longest_s=180, words=EN, quota=QUOTA, basis=basis, expected=expected)
    return asked.to_dict()


async def take_pictures(folder: Path) -> None:
    """What is shown in the cards, taken from a clip that ffmpeg dreams up."""
    tools, clip = find_tools(), folder / "clip.mp4"
    dream = "mandelbrot=size=960x540:rate=10:start_scale=0.05:end_scale=0.002"
    arguments = ["-f", "lavfi", "-i", dream, "-t", "6", "-pix_fmt", "yuv420p", "-y", str(clip)]
    await asyncio.to_thread(subprocess.run, [tools.ffmpeg, "-v", "error", *arguments], check=True)
    media = await probe(clip, tools=tools)
    for scene_id, at_s in ((SCENE.id, 3.0), ("scn_b", 1.0), ("scn_c", 5.0)):
        (await thumbnail(clip, media, at_s=at_s, tools=tools)).save(folder / f"{scene_id}.jpg")
    (await strategy_sheet(clip, media, at_s=3.0, tools=tools)).save(folder / "preview.png")
    still = ["-ss", "3", "-i", str(clip), "-vf", "crop=ih*9/16:ih", "-frames:v", "1", "-f", "image2"]
    arguments = [*still, "-y", str(folder / "short.mp4")]
    await asyncio.to_thread(subprocess.run, [tools.ffmpeg, "-v", "error", *arguments], check=True)


def draw(name: str, parts: list[str], folder: Path) -> None:
    """One picture, as large as what is on it."""
    page = folder / "page.html"
    page.write_text(f"<meta charset=utf-8><style>{STYLE}</style>{''.join(parts)}", encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1.5"]
    where = ["--window-size=1100,1100", f"--screenshot={HERE / name}", page.as_uri()]
    subprocess.run(["chromium", *options, *where], check=True, capture_output=True)
    with Image.open(HERE / name) as drawn:
        whole = drawn.convert("RGB")
    empty = Image.new("RGB", whole.size, whole.getpixel((0, 0)))
    left, top, right, bottom = ImageChops.difference(whole, empty).getbbox() or (0, 0, *whole.size)
    margin = min(left, top)
    whole.crop((0, 0, right + margin, bottom + margin)).quantize(256).save(HERE / name, optimize=True)


def message(view: Any, *, width: int = 500) -> str:
    """A card as a message of the bot's."""
    body = "".join(map(part, components_of(view)))
    name = "<div class=name>Cutdown<span class=app>APP</span></div>"
    return f'<div class=message style="width:{width}px">{name}{body}</div>'


def window(shown: dict[str, Any]) -> str:
    """A modal."""
    submit = "<div class=row><span class='button primary'>Submit</span></div>"
    return (
        f"<div class=modal><h3>{shown['title']}</h3>{''.join(map(part, shown['components']))}{submit}</div>"
    )


def part(shown: dict[str, Any]) -> str:
    """One component as HTML; what stands inside it, too."""
    return DRAWN[shown["type"]](shown)


def inside(shown: dict[str, Any]) -> str:
    """What stands inside it."""
    return "".join(map(part, shown["components"]))


def button(shown: dict[str, Any]) -> str:
    """A button; one that opens a page has an arrow."""
    kind = {1: " primary", 4: " danger"}.get(shown["style"], "")
    off, arrow = " disabled" * bool(shown.get("disabled")), " ↗" * (shown["style"] == 5)
    return f"<span class='button{kind}{off}'>{shown['label']}{arrow}</span>"


def select(shown: dict[str, Any]) -> str:
    """A select: open where its options say something about themselves."""
    chosen = [one["label"] for one in shown["options"] if one.get("default")]
    closed = f"<div class=select>{shown.get('placeholder') or ''.join(chosen)} ▾</div>"
    told = any(one.get("description") for one in shown["options"])
    return closed + (f"<div class=open>{options(shown, chosen='✓', other='')}</div>" if told else "")


def options(shown: dict[str, Any], *, chosen: str, other: str) -> str:
    """What can be chosen, a line each, with what it says about itself."""
    return "".join(
        f"<div class=choice>{chosen if one.get('default') else other} {one['label']}"
        f"<div class=small>{one.get('description') or ''}</div></div>"
        for one in shown["options"]
    )


def section(shown: dict[str, Any]) -> str:
    """Text with something beside it."""
    return f"<div class=section><div>{inside(shown)}</div>{part(shown['accessory'])}</div>"


def picture(media: dict[str, Any], kind: str) -> str:
    """A picture that was sent along."""
    return f"<img class='{kind}' src={media['url'].removeprefix('attachment://')}>"


def gallery(shown: dict[str, Any]) -> str:
    """The first picture of a gallery; ours have one."""
    media = shown["items"][0]["media"]
    return picture(media, "gallery portrait" if media["url"].endswith(".mp4") else "gallery")


def container(shown: dict[str, Any]) -> str:
    """The coloured box."""
    colour = shown.get("accent_color") or BLUE
    return f"<div class=container style='border-left-color:#{colour:06x}'>{inside(shown)}</div>"


def label(shown: dict[str, Any]) -> str:
    """A field of a window with its name."""
    small = f"<div class=small>{shown['description']}</div>" if shown.get("description") else ""
    return f"<div><div class=label>{shown['label']}</div>{small}{part(shown['component'])}</div>"


def radio(shown: dict[str, Any]) -> str:
    """Round buttons."""
    return options(shown, chosen="◉", other="○")


#: Discord's number of a kind of component -> how it is drawn.
DRAWN: dict[int, Callable[[dict[str, Any]], str]] = {
    1: lambda shown: f"<div class=row>{inside(shown)}</div>",
    2: button,
    3: select,
    4: lambda shown: f"<div class=field>{shown['value']}</div>",
    9: section,
    10: lambda shown: markdown(shown["content"]),
    11: lambda shown: picture(shown["media"], "thumbnail"),
    12: gallery,
    14: lambda shown: "<hr>",
    17: container,
    18: label,
    21: radio,
}


def markdown(text: str) -> str:
    """As much of Discord's markdown as our cards use."""
    lines = []
    for line in text.split("\n"):
        shown = html.escape(line, quote=False)
        shown = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", shown)
        shown = re.sub(r"&lt;t:(\d+):R&gt;", lambda found: f"<span class=time>{ahead(found)}</span>", shown)
        shown = re.sub(r"&lt;@\d+&gt;", "<span class=mention>@ana</span>", shown)
        if shown.startswith("### "):
            lines.append(f"<h3>{shown[4:]}</h3>")
        elif shown.startswith("-# "):
            lines.append(f"<div class=small>{shown[3:]}</div>")
        else:
            lines.append(f"<div>{shown}</div>")
    return "".join(lines)


def ahead(found: re.Match[str]) -> str:
    """A moment as the time left."""
    return f"in {round((int(found[1]) - NOW.timestamp()) / 3600)} hours"


if __name__ == "__main__":
    main()

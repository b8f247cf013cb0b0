"""The wording of what is shown on Discord. Pure text."""

import re
from datetime import datetime
from pathlib import PurePosixPath

from discord.utils import escape_mentions

from bot.chat.languages import Words
from processing.ffmpeg import Progress
from processing.quality import QUALITIES
from processing.recipes import MIDDLE
from processing.strategies import STRATEGIES
from processing.titles import one_line
from storage.experience import Estimate
from storage.intake_models import Intake, IntakeStatus
from storage.models import Export, ExportStatus, Facts, Quota, Scene, Video

BAR_CELLS = 10
TITLE_CHARACTERS = 80
#: Discord takes no longer name of a choice.
CHOICE_CHARACTERS = 100
#: So much tells one line of several how it stands with it: Discord takes 4000 characters a message.
STATE_CHARACTERS = 190
#: A scene of more than this part of the longest short comes with a warning.
WARN_FROM = 0.9
#: What Discord may take for formatting, a link, a mention, an emoji or a moment.
FORMATTING = re.compile(r"[\\*_~|`\[\]<>]|^[#+-]|:(?=//)")


def countdown(moment: datetime) -> str:
    """A moment that every reader's Discord shows as the time left."""
    return f"<t:{int(moment.timestamp())}:R>"


def safe(text: str) -> str:
    """What somebody wrote, so that it neither formats nor mentions anything."""
    return escape_mentions(FORMATTING.sub(r"\\\g<0>", shortened(text, TITLE_CHARACTERS)))


def shortened(text: str, most: int) -> str:
    """In at most so many characters; where some are left out, the last says so."""
    return text if len(text) <= most else text[: most - 1] + "…"


def clock(seconds: float) -> str:
    """Whole seconds as `m:ss` or `h:mm:ss`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def position(seconds: float, words: Words) -> str:
    """A place in a video, with tenths of a second where there are any."""
    tenths = round(seconds * 10)
    part = f"{words('decimal_point')}{tenths % 10}" if tenths % 10 else ""
    return clock(tenths // 10) + part


def plain_seconds(seconds: float) -> str:
    """Seconds in the form that is typed: `10.5`, `62`."""
    return f"{round(seconds, 3):.3f}".rstrip("0").rstrip(".")


def number(value: float, words: Words) -> str:
    """With one decimal place."""
    return f"{value:.1f}".replace(".", words("decimal_point"))


def size(size_bytes: int, words: Words) -> str:
    """In kB, MB or GB."""
    for unit, worth in (("GB", 1e9), ("MB", 1e6)):
        if size_bytes >= worth:
            return f"{number(size_bytes / worth, words)} {unit}"
    return f"{max(1, round(size_bytes / 1e3))} kB"


def bar(percent: float) -> str:
    """`▰▰▰▱▱▱▱▱▱▱` for 30."""
    full = max(0, min(BAR_CELLS, int(percent * BAR_CELLS / 100)))
    return "▰" * full + "▱" * (BAR_CELLS - full)


def first_words(summary: str) -> str:
    """`Crop: fills the screen` is `Crop` for short."""
    return summary.partition(":")[0]


def recipe(export: Export, words: Words) -> str:
    """What was asked for, in one line."""
    wanted = export.recipe
    strategy, quality = STRATEGIES.get(wanted.strategy), QUALITIES.get(wanted.quality)
    line = words(
        "card.recipe",
        start=position(export.start_s, words),
        end=position(export.end_s, words),
        duration=f"{number(export.duration_s, words)} s",
        strategy=first_words(words.sentence(strategy.summary)) if strategy else wanted.strategy,
        quality=first_words(words.sentence(quality.summary)) if quality else wanted.quality,
    )
    if wanted.focus != MIDDLE:
        line += f" · {words('card.focus', focus=wanted.focus)}"
    if wanted.target_mb is not None:
        line += f" · {words('card.target', size=size(round(wanted.target_mb * 1e6), words))}"
    return line if wanted.normalize_loudness else f"{line} · {words('card.as_loud')}"


def waiting(before: int | None, words: Words) -> str:
    """Where in the queue an export stands."""
    return words("card.waiting", before=before) if before else words("card.next")


def progress_line(progress: Progress | None, words: Words) -> str:
    """How far a render is: `▰▰▰▱▱ 60 % · rendering · about 0:12 left`."""
    if progress is None:
        return words("card.progress", bar=bar(0), percent=0, stage=words("card.starting"))
    key = f"stage.{progress.stage}"
    stage = words(key) if key in words else progress.stage
    line = words("card.progress", bar=bar(progress.percent), percent=int(progress.percent), stage=stage)
    if progress.eta_s is None:
        return line
    return f"{line} · {words('card.eta', time=clock(progress.eta_s + 1))}"


def intake_line(status: IntakeStatus, part: float, words: Words) -> str:
    """How far a video has come in."""
    return words(
        "card.progress", bar=bar(100 * part), percent=int(100 * part), stage=words(f"intake.{status}")
    )


def facts_line(facts: Facts, words: Words) -> str:
    """What a finished short was measured to be."""
    return words(
        "card.facts",
        resolution=f"{facts.width}×{facts.height}",  # noqa: RUF001 - the sign of multiplication is meant
        duration=clock(facts.duration_s + 0.5),
        size=size(facts.size_bytes, words),
    )


def note_lines(facts: Facts, words: Words) -> list[str]:
    """What was decided on the way to a finished short, in small print."""
    return [f"-# {words.sentence(note)}" for note in facts.notes]


def estimate_line(estimate: Estimate, words: Words) -> str:
    """What a short will come to."""
    return words(
        "modal.estimate", size=size(int(estimate.size_bytes), words), time=clock(estimate.render_s + 1)
    )


def quota_line(quota: Quota, words: Words) -> str:
    """`3 of 10 today · resets in 5 hours`."""
    return words("quota.line", used=quota.used, limit=quota.limit, resets=countdown(quota.resets_at))


def spent_line(limit: int, resets_at: datetime, words: Words) -> str:
    """Why nothing more can be asked for today, and until when."""
    return words("refused.quota_exceeded", limit=limit, resets=countdown(resets_at))


def history_line(export: Export, *, link: str, words: Words) -> str:
    """One export in the list of a user's own."""
    if export.status is ExportStatus.COMPLETED and export.expires_at is not None:
        state = words("exports.completed", link=link, expires=countdown(export.expires_at))
    else:
        state = words(f"exports.{export.status}", error=words.sentence(export.error or ""))
        state = shortened(state, STATE_CHARACTERS)
    return f"**{safe(export.title)}** · {state}"


def scene_choice(scene: Scene, words: Words) -> str:
    """A scene in a list to choose from, in at most 100 characters: `Kick-off · 0:10-0:55.5`."""
    times = f" · {position(scene.start_s, words)}-{position(scene.end_s, words)}"
    return shortened(scene.title, CHOICE_CHARACTERS - len(times)) + times


def video_choice(video: Video, words: Words) -> str:
    """A video in a list to choose from, in at most 100 characters."""
    facts = f" · {clock(video.duration_s)} · {size(video.size_bytes, words)}"
    return shortened(video.title, CHOICE_CHARACTERS - len(facts)) + facts


def intake_choice(intake: Intake, words: Words) -> str:
    """A video on its way in, in a list to choose from, in at most 100 characters."""
    stage = f" · {words(f'intake.{intake.status}')}"
    return shortened(intake_name(intake), CHOICE_CHARACTERS - len(stage)) + stage


def intake_name(intake: Intake) -> str:
    """What a video on its way in is called: by its owner, by its address, by us."""
    address = (intake.url or "").partition("?")[0]
    return intake.title or one_line(PurePosixPath(address).name) or intake.video_id


def video_line(video: Video, words: Words) -> str:
    """One video in the list of a user's own."""
    facts = f"{clock(video.duration_s)} · {video.width}×{video.height} · {size(video.size_bytes, words)}"  # noqa: RUF001
    return f"**{safe(video.title)}** · {facts}"


def scene_lines(scene: Scene, *, longest_s: float, words: Words) -> str:
    """One scene in a list: title, times, and a warning when it is close to the longest short, or beyond."""
    times = f"{position(scene.start_s, words)}-{position(scene.end_s, words)}"
    facts = f"-# {times} · {number(scene.duration_s, words)} s"
    if scene.duration_s > longest_s:
        facts += f" · ✂️ {words('scenes.too_long', longest=f'{longest_s:g}')}"
    elif scene.duration_s > WARN_FROM * longest_s:
        facts += f" · ⚠️ {words('scenes.nearly', longest=f'{longest_s:g}')}"
    return f"**{safe(scene.title)}**\n{facts}"


def left_out(title: str, reason: str, words: Words) -> str:
    """One scene of several that no short is made of."""
    return words("batch.left_out", title=safe(title), reason=shortened(reason, STATE_CHARACTERS))

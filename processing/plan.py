"""Decides how a source becomes a short: pure values, nothing is run here."""

import math
from dataclasses import dataclass
from fractions import Fraction

from processing.bars import shown, without_bars
from processing.colour import Conversion, conversion
from processing.errors import Refusal, SourceRefused, UnknownQuality, UnknownStrategy
from processing.hearing import SAMPLE_RATE
from processing.media import MediaInfo, Part
from processing.quality import QUALITIES, Quality, Tuning
from processing.size import audio_kbps, budget_bytes
from processing.strategies import STRATEGIES
from processing.strategies.base import WHOLE, Band, Picture, Strategy
from storage.intake_models import Lit
from storage.models import Recipe

#: The key frame that an index leads to may follow pictures that are shown before it and need an older one,
#: so it is looked for earlier by this. Sixteen, the most that H.264 reorders, take it at 30 a second.
LEAD_S = 0.5
#: A scene may end this much after its video: containers round, and people type.
SLACK_S = 0.1
SLOWEST, FASTEST = Fraction(24_000, 1001), Fraction(60)


@dataclass(frozen=True, kw_only=True)
class RenderJob:
    """What to make: `[start_s, end_s)` of a source, by a recipe."""

    start_s: float
    end_s: float
    recipe: Recipe
    #: all that is ever lit in the source, so that its bars can be cut off
    lit: Lit | None = None
    #: how loud the scene is known to be; None: it is measured
    loudness_lufs: float | None = None
    timeout_s: float = 600.0
    longest_s: float = 180.0

    @property
    def duration_s(self) -> float:
        """Length asked for, in seconds: to the microsecond, for 190.1 - 10.1 is a little more than 180."""
        return round(self.end_s - self.start_s, 6)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every decision about one short."""

    start_s: float
    #: how long before it decoding starts, in seconds
    lead_s: float
    frame_rate: Fraction
    frames: int
    #: how long the source's last frame lasts at least: in a scene after it, it is the only one there is
    hold_s: float
    #: how long the last frame may stand in for frames that the source does not have
    padding_s: float
    deinterlace: bool
    conversion: Conversion
    #: the upright picture that the file tells of
    told: Picture
    #: what is shown of it
    picture: Picture
    #: of the source's picture, the part without bars; None: all of it
    part: Part | None
    strategy: Strategy
    focus: int
    quality: Quality
    budget_bytes: int
    video_index: int
    audio_index: int | None
    #: of the scene's sound; None: it is not known yet
    loudness_lufs: float | None
    normalize_loudness: bool
    notes: tuple[str, ...]

    @property
    def duration_s(self) -> float:
        """Length of the short: whole frames."""
        return float(self.frames / self.frame_rate)

    @property
    def band(self) -> Band:
        """The rows of the frame that an encoder in software is given."""
        return self.strategy.band(self.picture)

    @property
    def has_bars(self) -> bool:
        """Whether black bars are put around what is encoded."""
        return self.band != WHOLE

    @property
    def tuning(self) -> Tuning:
        """What x264 is told, by how much of the frame the picture covers."""
        return self.quality.tuning(share=self.share, is_band=self.has_bars)

    @property
    def crf(self) -> float:
        """The quality that the encoder keeps."""
        return self.tuning.crf

    @property
    def share(self) -> float:
        """The part of the frame that the picture itself covers, 0 to 1."""
        return float(self.strategy.share(self.picture))

    @property
    def audio_kbps(self) -> int:
        """The rate of its sound."""
        return audio_kbps(self.quality, self.budget_bytes, self.duration_s)

    @property
    def samples(self) -> int:
        """Length of its sound."""
        return round(self.frames * SAMPLE_RATE / self.frame_rate)


def check(job: RenderJob) -> None:
    """Refuse what no source could satisfy.

    Raises:
        UnknownStrategy: no strategy has that name.
        UnknownQuality: no quality has that name.
        SourceRefused: the scene is longer than a short may be, or has no length.
    """
    if job.recipe.strategy not in STRATEGIES:
        raise UnknownStrategy(f"There is no strategy called {job.recipe.strategy!r}.")
    if job.recipe.quality not in QUALITIES:
        raise UnknownQuality(f"There is no quality called {job.recipe.quality!r}.")
    if not 0 <= job.start_s < job.end_s:
        raise SourceRefused(Refusal.OUTSIDE)
    if job.duration_s > job.longest_s:
        raise SourceRefused(Refusal.TOO_LONG)


def plan(job: RenderJob, media: MediaInfo, *, filters: frozenset[str]) -> Plan:
    """How `job` is done on a source with these facts, by an ffmpeg with these filters.

    Raises:
        SourceRefused: the scene lies outside the video.
    """
    slack_s = SLACK_S + float(1 / media.average_rate)
    if job.start_s >= media.duration_s or job.end_s > media.duration_s + slack_s:
        raise SourceRefused(Refusal.OUTSIDE)
    media = without_bars(media, job.lit)
    picture = shown(media)
    strategy, reason = STRATEGIES[job.recipe.strategy].settled(picture, STRATEGIES)
    colours = conversion(media, filters=filters)
    rate = target_rate(media.frame_rate, media.average_rate)
    quality = QUALITIES[job.recipe.quality]
    return Plan(
        start_s=job.start_s,
        lead_s=min(job.start_s, LEAD_S) if media.is_indexed else 0.0,
        frame_rate=rate,
        frames=max(1, round(job.duration_s * rate)),
        hold_s=round(2 / float(min(rate, media.frame_rate, media.average_rate)), 3),
        padding_s=_padding_s(job, media, slack_s),
        deinterlace=media.interlaced,
        conversion=colours,
        told=Picture(width=media.upright_width, height=media.upright_height, sar=media.sar),
        picture=picture,
        part=media.part,
        strategy=strategy,
        focus=min(100, max(0, job.recipe.focus)),
        quality=quality,
        budget_bytes=budget_bytes(quality, job.recipe.target_mb),
        video_index=media.video_index,
        audio_index=media.audio_index,
        loudness_lufs=-math.inf if media.audio_index is None else job.loudness_lufs,
        normalize_loudness=job.recipe.normalize_loudness,
        notes=tuple(note for note in (_bars_note(media), reason, colours.note) if note),
    )


def _bars_note(media: MediaInfo) -> str:
    if media.part is None:
        return ""
    return f"black bars were cut off: {media.part.width}x{media.part.height} is left"


def target_rate(nominal: Fraction, average: Fraction) -> Fraction:
    """The constant rate of the short: the source's own where it may have it, else the nearest multiple."""
    # the nominal rate of variable frame rates is the smallest step between two frames, often absurd
    rate = nominal if abs(nominal - average) <= average / 100 else _common(average)
    if rate > FASTEST:
        return rate / -(-rate // FASTEST)
    if rate < SLOWEST:
        return rate * -(-SLOWEST // rate)
    return rate


def _common(average: Fraction) -> Fraction:
    """The lowest usual rate that loses no frame of a variable one, on average."""
    return next((Fraction(rate) for rate in (24, 25, 30, 50) if average <= rate * 1.01), FASTEST)


def _padding_s(job: RenderJob, media: MediaInfo, slack_s: float) -> float:
    """As much as the picture is known to end too early, and a little: more would hide a cut-off file."""
    known_gap = job.end_s - media.video_end_s if media.video_end_s is not None else 0.0
    return round(max(0.0, known_gap) + slack_s, 3)

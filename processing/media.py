"""Reads ffprobe's answer: which streams of a file count, what they are, or why there is nothing to see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from processing.errors import Refusal, SourceRefused
from processing.sandbox import MAX_PIXELS

#: ffprobe's words for the matrices that swscale does not know: it takes no picture that is tagged with one.
UNREADABLE_MATRICES = frozenset(
    {"ycgco", "ycgco-re", "ycgco-ro", "bt2020c", "smpte2085", "ictcp", "ipt-c2"}
    | {"chroma-derived-nc", "chroma-derived-c"}
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of an upright picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class MediaInfo:
    """What a file holds, as far as a short cares. `width` and `height` are as displayed.

    `duration_s` is 0 where the file does not tell.
    """

    duration_s: float
    width: int
    height: int
    fps: float
    has_audio: bool
    video_codec: str
    audio_codec: str | None
    format_name: str
    video_index: int
    audio_index: int | None
    frame_rate: Fraction
    average_rate: Fraction
    upright_width: int
    upright_height: int
    sar: Fraction
    pixel_format: str
    interlaced: bool
    color_range: str
    color_space: str
    color_transfer: str
    color_primaries: str
    #: where the chosen picture ends, from the start of the file; None where the file does not tell
    video_end_s: float | None
    #: the picture without black bars; None: all of it, which is what every file tells
    part: Part | None = None

    @property
    def is_indexed(self) -> bool:
        """Whether it is sought by an index in the order of decoding, as in MP4 and QuickTime."""
        return "mp4" in self.format_name.split(",")


def read(answer: Mapping[str, Any], *, said: str) -> MediaInfo:
    """The facts in ffprobe's `answer`; `said` is what it complained of.

    Raises:
        SourceRefused: there is nothing that a short could be made of.
    """
    form, streams = answer.get("format", {}), answer.get("streams", [])
    video, audio = _chosen(streams, "video"), _chosen(streams, "audio")
    reason = _refusal(form, streams, video, said)
    if reason is not None or video is None:
        raise SourceRefused(reason or Refusal.NOT_MEDIA, said)
    sar = _ratio(video.get("sample_aspect_ratio", ""), ":") or Fraction(1)
    width, height = _decoded(video)
    if _quarter_turned(video):
        width, height, sar = height, width, 1 / sar
    average = _ratio(video.get("avg_frame_rate", ""), "/")
    rate = _ratio(video.get("r_frame_rate", ""), "/") or average or Fraction(25)
    return MediaInfo(
        duration_s=number(form.get("duration")) or 0.0,
        width=round(width * sar) if sar > 1 else width,
        height=round(height / sar) if sar < 1 else height,
        fps=round(float(average or rate), 3),
        has_audio=audio is not None,
        video_codec=video.get("codec_name", "unknown"),
        audio_codec=audio.get("codec_name", "unknown") if audio else None,
        format_name=form.get("format_name", ""),
        video_index=video["index"],
        audio_index=audio["index"] if audio else None,
        frame_rate=rate,
        average_rate=average or rate,
        upright_width=width,
        upright_height=height,
        sar=sar,
        pixel_format=video.get("pix_fmt", "unknown"),
        interlaced=video.get("field_order", "progressive") in ("tt", "bb", "tb", "bt"),
        color_range=video.get("color_range", "unknown"),
        color_space=video.get("color_space", "unknown"),
        color_transfer=video.get("color_transfer", "unknown"),
        color_primaries=video.get("color_primaries", "unknown"),
        video_end_s=_end_s(video, form),
    )


def _refusal(
    form: Mapping[str, Any], streams: Sequence[Mapping[str, Any]], video: Mapping[str, Any] | None, said: str
) -> Refusal | None:
    name = str(form.get("format_name", ""))
    if "Picture size" in said or (video and video.get("width", 0) * video.get("height", 0) > MAX_PIXELS):
        return Refusal.TOO_LARGE_A_PICTURE
    if not name:
        return Refusal.DAMAGED if "moov atom not found" in said else Refusal.NOT_MEDIA
    if name == "webp_pipe" and video and not video.get("width"):
        # one that moves, of which this ffprobe reads nothing
        return Refusal.UNREADABLE
    if name.endswith("_pipe") or name == "ico":
        return Refusal.STILL_PICTURE
    if video is None:
        has_sound = any(stream.get("codec_type") == "audio" for stream in streams)
        return Refusal.NO_PICTURE if has_sound else Refusal.NOT_MEDIA
    if not video.get("width") or not video.get("height"):
        return Refusal.DAMAGED
    if video.get("color_space") in UNREADABLE_MATRICES:
        return Refusal.UNREADABLE
    return Refusal.STILL_PICTURE if _is_still(video, form) else None


def _is_still(video: Mapping[str, Any], form: Mapping[str, Any]) -> bool:
    """Whether there is one frame, by the index or by a length that has room for no second."""
    rate, lasts = _ratio(video.get("avg_frame_rate", ""), "/"), number(form.get("duration"))
    return video.get("nb_frames") == "1" or (
        rate is not None and lasts is not None and 0 < lasts * rate < 1.5
    )


def _chosen(streams: Sequence[Mapping[str, Any]], kind: str) -> Mapping[str, Any] | None:
    """The default stream of a kind, else the first; cover art is no video."""
    candidates = [
        stream
        for stream in streams
        if stream.get("codec_type") == kind
        and not any(stream.get("disposition", {}).get(still) for still in ("attached_pic", "still_image"))
        and not (kind == "audio" and not stream.get("channels"))
    ]
    return max(candidates, key=lambda stream: bool(stream["disposition"].get("default")), default=None)


def _decoded(video: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height without what the container has cut off, which no decoder gives."""
    cut = dict.fromkeys(("left", "right", "top", "bottom"), 0)
    for data in video.get("side_data_list", []):
        cut |= {side: int(number(data.get(f"crop_{side}")) or 0) for side in cut if f"crop_{side}" in data}
    return video["width"] - cut["left"] - cut["right"], video["height"] - cut["top"] - cut["bottom"]


def _quarter_turned(video: Mapping[str, Any]) -> bool:
    """Whether the display matrix lays the picture on its side; ffmpeg turns it upright by itself."""
    turns = [number(data.get("rotation")) or 0.0 for data in video.get("side_data_list", [])]
    # within a degree, as ffmpeg takes it, rounded down by ffprobe; any other turn leaves the size as it is
    return any(89 <= abs(turn) % 180 < 91 for turn in turns)


def _end_s(video: Mapping[str, Any], form: Mapping[str, Any]) -> float | None:
    start, duration = number(video.get("start_time")), number(video.get("duration"))
    if duration is None:
        duration = _clock(video.get("tags", {}).get("DURATION", ""))
        # Matroska writes the end of the track there, counted from zero
        start = 0.0 if duration is not None else start
    if start is None or duration is None:
        return None
    return start + duration - (number(form.get("start_time")) or 0.0)


def _clock(text: str) -> float | None:
    parts = [number(part) for part in text.split(":")]
    if len(parts) != 3 or None in parts:
        return None
    hours, minutes, seconds = (part or 0.0 for part in parts)
    return hours * 3600 + minutes * 60 + seconds


def number(value: object) -> float | None:
    """What ffprobe says as a number; None where it says none, or something else."""
    try:
        return float(str(value))
    except ValueError:
        return None


def _ratio(text: str, sign: str) -> Fraction | None:
    """`30000/1001` or `4:3`; None for a ratio that says nothing (0/0, N/A)."""
    above, _, below = text.partition(sign)
    if not (above.isdigit() and below.isdigit()) or int(above) == 0 or int(below) == 0:
        return None
    return Fraction(int(above), int(below))

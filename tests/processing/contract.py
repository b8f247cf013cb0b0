"""What every short must be, whatever it was made of; read from the file, not from the code that made it."""

import json
import subprocess
from array import array
from pathlib import Path
from typing import Any

from processing.ffmpeg import Tools

PLAYERS_TAGS = {
    "major_brand",
    "minor_version",
    "compatible_brands",
    "encoder",
    "language",
    "handler_name",
    "vendor_id",
}


def look(path: Path, tools: Tools) -> dict[str, Any]:
    """All that ffprobe says of a file."""
    questions = ["-show_format", "-show_streams", "-show_chapters", "-count_packets"]
    said = subprocess.run(
        [tools.ffprobe, "-v", "error", "-of", "json", *questions, path], check=True, capture_output=True
    )
    answer: dict[str, Any] = json.loads(said.stdout)
    return answer


def breaches(path: Path, tools: Tools, *, seconds: float) -> list[str]:
    """Everything about a short that is not as promised."""
    answer = look(path, tools)
    kinds = [stream["codec_type"] for stream in answer["streams"]]
    if sorted(kinds) != ["audio", "video"]:
        return [f"streams are {kinds}"]
    picture, sound = (answer["streams"][kinds.index(kind)] for kind in ("video", "audio"))
    rate, frames = _rate(picture["avg_frame_rate"]), int(picture["nb_read_packets"])
    allowed_tags = PLAYERS_TAGS | {"creation_time"}
    promises = {
        "1080x1920": (picture["width"], picture["height"]) == (1080, 1920),
        "square pixels": picture["sample_aspect_ratio"] == "1:1",
        "yuv420p limited": (picture["pix_fmt"], picture.get("color_range")) == ("yuv420p", "tv"),
        "H.264 High": (picture["codec_name"], picture["profile"]) == ("h264", "High"),
        "level 4.2 at most": picture["level"] <= 42,
        "bt709": {picture.get(f"color_{key}") for key in ("space", "transfer", "primaries")} == {"bt709"},
        "progressive": picture.get("field_order") == "progressive",
        "constant rate": picture["r_frame_rate"] == picture["avg_frame_rate"],
        "24 to 60 a second": 23.97 <= rate <= 60,
        "AAC-LC stereo 48 kHz": (
            sound["codec_name"],
            sound["profile"],
            sound["channels"],
            sound["sample_rate"],
        )
        == ("aac", "LC", 2, "48000"),
        "no chapters": not answer["chapters"],
        "no side data": not picture.get("side_data_list"),
        "no private tags": _tags(answer) <= allowed_tags,
        "index first": _atoms(path).index("moov") < _atoms(path).index("mdat"),
        "begins at 0": abs(float(picture["start_time"])) < 0.001 and abs(float(sound["start_time"])) < 0.001,
        "as long as the scene": abs(frames / rate - seconds) <= 1 / rate,
        "sound ends with the picture": abs(float(sound["duration"]) - frames / rate) <= 0.02,
    }
    return [f"{promise}: {picture}\n{sound}" for promise, kept in promises.items() if not kept]


def _rate(text: str) -> float:
    above, below = text.split("/")
    return int(above) / int(below)


def _tags(answer: dict[str, Any]) -> set[str]:
    tagged = [answer["format"], *answer["streams"]]
    return {tag for part in tagged for tag in part.get("tags", {})}


def _atoms(path: Path) -> list[str]:
    """The kinds of the outermost boxes of an mp4, in order."""
    content, place, found = path.read_bytes(), 0, []
    while place < len(content):
        found.append(content[place + 4 : place + 8].decode("latin-1"))
        place += int.from_bytes(content[place : place + 4], "big")
    return found


def pixels(path: Path, tools: Tools, *, columns: int = 9, rows: int = 16) -> list[list[tuple[int, int, int]]]:
    """Every frame as a few RGB pixels, row by row."""
    small = f"scale={columns}:{rows}:flags=area:in_color_matrix=bt709,format=rgb24"
    said = subprocess.run(
        [tools.ffmpeg, "-v", "error", "-i", path, "-an", "-vf", small, "-f", "rawvideo", "-"],
        check=True,
        capture_output=True,
    )
    values, frame = said.stdout, columns * rows * 3
    return [
        [(values[at], values[at + 1], values[at + 2]) for at in range(first, first + frame, 3)]
        for first in range(0, len(values), frame)
    ]


def samples(path: Path, tools: Tools) -> list[float]:
    """The sound as mono, -1 to 1, at 48 kHz."""
    said = subprocess.run(
        [tools.ffmpeg, "-v", "error", "-i", path, "-vn", "-ac", "1", "-ar", "48000", "-f", "f32le", "-"],
        check=True,
        capture_output=True,
    )
    return array("f", said.stdout).tolist()

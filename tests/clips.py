"""Makes small clips with ffmpeg's own test pictures and tones."""

import subprocess
from pathlib import Path

from processing.ffmpeg import Tools

PICTURE = "testsrc2=size={size}:rate={rate}:duration={seconds}"
TONE = "sine=frequency=440:sample_rate=48000:duration={seconds}"


def make(tools: Tools, path: Path, *arguments: str) -> Path:
    """Run ffmpeg with these arguments; what it writes is at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [tools.ffmpeg, "-v", "error", "-nostdin", "-y", *arguments, path], check=True, capture_output=True
    )
    return path


def picture(size: str = "320x180", rate: str = "30", seconds: float = 2) -> list[str]:
    """The input of a moving picture."""
    return ["-f", "lavfi", "-i", PICTURE.format(size=size, rate=rate, seconds=seconds)]


def tone(seconds: float = 2) -> list[str]:
    """The input of a tone."""
    return ["-f", "lavfi", "-i", TONE.format(seconds=seconds)]


def plain(tools: Tools, path: Path, *, size: str = "320x180", rate: str = "30", seconds: float = 2) -> Path:
    """An ordinary clip: H.264 and AAC."""
    encoded = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    return make(tools, path, *picture(size, rate, seconds), *tone(seconds), *encoded)

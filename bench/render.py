"""Our render beside the plain command, clip by clip: CPU, wall clock, memory, size, VMAF.

python -m bench.render [--short | --long] [--only CLIP …] [--strategy NAME …] [--rounds N] [--clips FOLDER]
"""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import asked, clips, vmaf
from bench.process import Cost, spend
from processing.ffprobe import probe
from processing.tools import Tools, find_tools

CROP = "crop=ih*9/16:ih,scale=1080:1920:flags=lanczos"
FIT = "scale=1080:1920:force_original_aspect_ratio=decrease,pad=1080:1920:(ow-iw)/2:(oh-ih)/2:black"
FILTERS = {"center_crop": CROP, "letterbox": FIT}
PLAIN = {"high": ("18", "192k"), "medium": ("23", "128k")}
HEAD = (
    "| clip | strategy | quality | CPU s plain | CPU s ours | plain/ours | wall plain/ours | peak MB plain |"
    " peak MB ours | size | VMAF plain | VMAF ours | diff | p5 diff | NEG diff |"
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One clip in one strategy and quality, both ways."""

    names: tuple[str, str, str]
    plain: Cost
    ours: Cost
    size_ratio: float
    plain_score: vmaf.Score | None
    our_score: vmaf.Score | None

    def __str__(self) -> str:
        cells = [
            *self.names,
            f"{self.plain.cpu_s:.1f}",
            f"{self.ours.cpu_s:.1f}",
            f"{self.plain.cpu_s / self.ours.cpu_s:.2f}x",
            f"{self.plain.wall_s / self.ours.wall_s:.2f}x",
            f"{self.plain.peak_mb:.0f}",
            f"{self.ours.peak_mb:.0f}",
            f"{100 * (self.size_ratio - 1):+.1f} %",
            *self._quality(),
        ]
        return f"| {' | '.join(cells)} |"

    def _quality(self) -> list[str]:
        plain, ours = self.plain_score, self.our_score
        if plain is None or ours is None:
            return ["-"] * 5
        return [
            f"{plain.mean:.2f}",
            f"{ours.mean:.2f}",
            f"{ours.mean - plain.mean:+.2f}",
            f"{ours.p5 - plain.p5:+.2f}",
            f"{ours.neg - plain.neg:+.2f}",
        ]


def measure(
    clip: tuple[str, Path], strategy: str, quality: str, *, tools: Tools, scored: bool, rounds: int = 1
) -> Row:
    """Render one clip both ways, in turns, and compare the cheapest of each: other work only ever adds."""
    name, source = clip
    seconds = _seconds(source, tools)
    with tempfile.TemporaryDirectory() as folder:
        plain, ours, reference = (Path(folder, part) for part in ("plain.mp4", "ours.mp4", "reference.mkv"))
        shown: list[str | Path] = ["-ss", "0", "-to", f"{seconds}", "-i", source, "-vf", FILTERS[strategy]]
        plain_command = [tools.ffmpeg, "-v", "error", *shown, *_plain_encoder(quality), "-y", plain]
        our_command: list[str | Path] = [
            *(sys.executable, "-m", "bot", "export", source, "--start", "0", "--end", f"{seconds}"),
            # one thread, as the service renders by default; the plain command takes all cores
            *("--strategy", strategy, "--quality", quality, "--threads", "1", "--output", ours),
        ]
        costs = [(spend(plain_command), spend(our_command)) for _ in range(rounds)]
        plain_cost, our_cost = (min(tried, key=lambda cost: cost.cpu_s) for tried in zip(*costs, strict=True))
        scores: list[vmaf.Score | None] = [None, None]
        if scored:
            lossless: list[str | Path] = [
                "-an",
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-qp",
                "0",
                "-y",
                reference,
            ]
            spend([tools.ffmpeg, "-v", "error", *shown, *lossless])
            # both write groups of four frames, so that every third one meets each kind in its turn
            scores = [vmaf.compare(made, reference, tools=tools, every=3) for made in (plain, ours)]
        return Row(
            names=(name, strategy, quality),
            plain=plain_cost,
            ours=our_cost,
            size_ratio=ours.stat().st_size / plain.stat().st_size,
            plain_score=scores[0],
            our_score=scores[1],
        )


def _plain_encoder(quality: str) -> list[str]:
    crf, bitrate = PLAIN[quality]
    picture = ["-c:v", "libx264", "-preset", "slow", "-crf", crf]
    return [*picture, "-c:a", "aac", "-b:a", bitrate, "-ar", "44100", "-movflags", "+faststart"]


def _seconds(source: Path, tools: Tools) -> float:
    return int(asyncio.run(probe(source, tools=tools)).duration_s * 10) / 10


def main() -> None:
    """Print the table."""
    parser = asked.parser(__doc__, short="one clip, no scores: does it still run?", clips=True)
    parser.add_argument(
        "--long", action="store_true", help="clips as long as scenes are, 20 to 40 s: only what they cost"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="CLIP", help="these clips alone")
    parser.add_argument("--strategy", nargs="+", default=[*FILTERS], choices=FILTERS, help="these alone")
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="in turns; the cheapest counts")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("there must be one round at least")
    tools = find_tools()
    every = (
        clips.fetch_long(arguments.clips, tools) if arguments.long else clips.fetch(arguments.clips, tools)
    )
    if not arguments.short and not arguments.long:
        every |= clips.fetch_more(arguments.clips, tools)
    names = [clips.DRAWN] if arguments.short else arguments.only or every
    chosen = {name: every[name] for name in names}
    print(HEAD)
    print("|---" * HEAD.count(" | ") + "|---|")
    for clip in chosen.items():
        for strategy in arguments.strategy:
            for quality in PLAIN:
                row = measure(
                    clip,
                    strategy,
                    quality,
                    tools=tools,
                    scored=not arguments.short and not arguments.long,
                    rounds=arguments.rounds,
                )
                print(row, flush=True)


if __name__ == "__main__":
    main()

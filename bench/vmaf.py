"""Scores a short against its filtered source, kept without loss: VMAF, and NEG, which no sharpening helps."""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from processing.tools import Tools

#: Both inputs get the same tags and clock, else colours are converted silently.
SAME = (
    "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709,"
    "setsar=1,settb=1/1000,setpts=40*N"
)


@dataclass(frozen=True, kw_only=True)
class Score:
    """Mean and 5th percentile of VMAF, and the mean of VMAF-NEG, 0 to 100."""

    mean: float
    p5: float
    neg: float


def compare(short: Path, reference: Path, *, tools: Tools, every: int = 1) -> Score:
    """Score `short` against `reference`, looking at every so many frames."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "vmaf.json")
        models = r"version=vmaf_v0.6.1\:name=vmaf|version=vmaf_v0.6.1neg\:name=neg"
        graph = (
            f"[0:v]{SAME}[short];[1:v]{SAME}[reference];[short][reference]"
            f"libvmaf=model='{models}':n_threads=2:n_subsample={every}:log_fmt=json:log_path={log}:shortest=1"
        )
        arguments = ["-v", "error", "-i", short, "-i", reference, "-lavfi", graph, "-fps_mode", "passthrough"]
        arguments += ["-f", "null", "-"]
        subprocess.run([str(tools.ffmpeg), *map(str, arguments)], check=True)
        told = json.loads(log.read_text())
    scores = sorted(frame["metrics"]["vmaf"] for frame in told["frames"])
    pooled = told["pooled_metrics"]
    return Score(mean=pooled["vmaf"]["mean"], p5=scores[len(scores) // 20], neg=pooled["neg"]["mean"])

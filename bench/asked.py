"""What every benchmark is asked on its command line."""

import argparse
from pathlib import Path


def parser(
    of: str | None, *, short: str = "tiny: does it still run?", clips: bool = False
) -> argparse.ArgumentParser:
    """A parser for the benchmark with that docstring: `--short`, and `--clips` where it measures some."""
    made = argparse.ArgumentParser(description=of, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--short", action="store_true", help=short)
    if clips:
        made.add_argument("--clips", type=Path, default=Path(".bench"), help="where clips are kept")
    return made

"""The command line: `cutdown`, or `python -m bot`."""

import argparse
import sys
from importlib.metadata import version

from bot.commands import COMMANDS


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status tells the truth."""
    parser = argparse.ArgumentParser(prog="cutdown", description="Scenes of videos become vertical shorts.")
    parser.add_argument("--version", action="version", version=f"cutdown {version('cutdown')}")
    choices = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS.values():
        command.add_arguments(
            choices.add_parser(command.name, help=command.summary, description=command.summary)
        )
    chosen = parser.parse_args(arguments)
    return COMMANDS[chosen.command].run(chosen)


if __name__ == "__main__":
    sys.exit(main())

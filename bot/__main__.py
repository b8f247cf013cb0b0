"""The command line: `cutdown`, or `python -m bot`."""

import argparse
import os
import sys
from importlib.metadata import version
from typing import NoReturn

from bot import commands
from bot.commands.base import FAILED, MISUSED, complain


class Parser(argparse.ArgumentParser):
    """Says in one line what it did not understand."""

    def error(self, message: str) -> NoReturn:
        """End with the status for misuse."""
        complain(f"{message} (see {self.prog} --help)")
        sys.exit(MISUSED)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status tells the truth."""
    words = sys.argv[1:] if arguments is None else arguments
    meant = commands.find(words[0]) if words else None
    offered = {meant.name: meant} if meant else commands.every()
    parser = Parser(prog="cutdown", description="Scenes of videos become vertical shorts.")
    parser.add_argument("--version", action="version", version=f"cutdown {version('cutdown')}")
    choices = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in offered.values():
        command.add_arguments(
            choices.add_parser(command.name, help=command.summary, description=command.summary)
        )
    chosen = parser.parse_args(words)
    try:
        return offered[chosen.command].run(chosen)
    except BrokenPipeError:
        # whoever reads has seen enough, as `head` has; what is left must not be tried again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


if __name__ == "__main__":
    sys.exit(main())

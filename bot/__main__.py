"""The command line: `cutdown`, or `python -m bot`."""

import argparse
import sys
from importlib.metadata import version
from typing import NoReturn

from bot.commands import COMMANDS
from bot.commands.base import MISUSED, complain


class Parser(argparse.ArgumentParser):
    """Says in one line what it did not understand."""

    def error(self, message: str) -> NoReturn:
        """End with the status for misuse."""
        complain(f"{message} (see {self.prog} --help)")
        sys.exit(MISUSED)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status tells the truth."""
    parser = Parser(prog="cutdown", description="Scenes of videos become vertical shorts.")
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

"""The command `testcentre`: reads what is asked for and hands it on; each command imports what it needs itself."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from testcentre.commands import accounts, base, edges, policy, processes, rebuild, site, up
from testcentre.commands.base import Sentence

_PYTHONS = ((3, 11), (3, 14))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; 2 comes with one sentence that says what the caller can do."""
    if not _PYTHONS[0] <= sys.version_info[:2] <= _PYTHONS[1]:
        found = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return _refuse(
            f"testcentre needs Python 3.11 to 3.14, this is {found}: remove .venv and run make setup PYTHON=python3.13."
        )
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except Sentence as problem:
        return _refuse(str(problem))
    except KeyboardInterrupt:
        return 130
    return status


def _refuse(sentence: str) -> int:
    print(f"testcentre: {sentence}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    anywhere = argparse.ArgumentParser(add_help=False)
    anywhere.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        default=argparse.SUPPRESS,
        help="folder of an installation with its own engines",
    )
    parser = argparse.ArgumentParser(prog="testcentre", description=__doc__, parents=[anywhere])
    commands = base.Commands(parser.add_subparsers(metavar="COMMAND", required=True), anywhere)
    for module in (up, processes, site, policy, accounts, edges, rebuild):
        module.register(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())

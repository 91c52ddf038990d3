"""What all commands share: how one is registered, whose engines it uses, how it refuses."""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DEFAULT_DATA = Path(".data")
Run = Callable[[argparse.Namespace], int]


class Sentence(Exception):
    """A command cannot be done; the text is one sentence that says what to do."""


class Commands:
    """The list of commands that modules add theirs to."""

    def __init__(
        self, subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]", anywhere: argparse.ArgumentParser
    ):
        self._subparsers, self._anywhere = subparsers, anywhere

    def add(self, name: str, run: Run, *, help_text: str) -> argparse.ArgumentParser:
        """Add a command; the parser is returned for its arguments."""
        parser = self._subparsers.add_parser(name, help=help_text, description=help_text, parents=[self._anywhere])
        parser.set_defaults(run=run)
        return parser

    def group(self, name: str, *, help_text: str) -> "Commands":
        """Add a word that has commands of its own, as `site` has `load`."""
        parser = self._subparsers.add_parser(name, help=help_text, description=help_text, parents=[self._anywhere])
        return Commands(parser.add_subparsers(metavar="COMMAND", required=True), self._anywhere)


@contextmanager
def engines(arguments: argparse.Namespace) -> Iterator[None]:
    """Put the engines into the environment: those of `--data`, else the environment's own, else those of `./.data`.

    Engines that do not run are started for as long as the block lasts.

    Raises:
        Sentence: the data folder cannot be used.
    """
    data = getattr(arguments, "data", None)
    if data is None and ("DATABASE_URL" in os.environ or not DEFAULT_DATA.is_dir()):
        yield
        return
    from testcentre.embedded import Unusable, Visit  # noqa: PLC0415 — quick --help

    try:
        with Visit(data or DEFAULT_DATA) as environment:
            os.environ.update(environment)
            yield
    except Unusable as problem:
        raise Sentence(str(problem)) from None


@contextmanager
def django(arguments: argparse.Namespace) -> Iterator[None]:
    """Set up Django on those engines; what the domain refuses becomes a sentence.

    Raises:
        Sentence: a bad setting, an engine that does not answer, or a refusal.
    """
    with engines(arguments):
        import django  # noqa: PLC0415 — quick --help, and settings are read from the environment set just now
        from django.db import OperationalError, ProgrammingError  # noqa: PLC0415

        from testcentre.environment import BadSetting  # noqa: PLC0415
        from testcentre.foundation.errors import DomainError  # noqa: PLC0415

        os.environ["DJANGO_SETTINGS_MODULE"] = "testcentre.settings"
        try:
            django.setup()
            yield
        except BadSetting as problem:
            raise Sentence(str(problem)) from None
        except DomainError as problem:
            raise Sentence(" ".join(_told(refusal) for refusal in problem.refusals) or str(problem)) from None
        except OperationalError as problem:
            raise Sentence(
                f"The database does not answer ({str(problem).strip()}): start it, or use --data DIR."
            ) from None
        except ProgrammingError as problem:
            reason = str(problem).strip().splitlines()[0]
            raise Sentence(
                f"The database has not the tables of this release ({reason}): run `testcentre migrate`."
            ) from None


def _told(refusal: Any) -> str:
    expected = refusal.expected if isinstance(refusal.expected, str) else ", ".join(map(str, refusal.expected or []))
    more = [f"expected {expected}" if expected else "", f"got {refusal.got!r}" if refusal.got else ""]
    facts = "; ".join(part for part in more if part)
    return " ".join(part for part in (refusal.message, f"({facts})" if facts else "", refusal.remedy) if part)

"""`migrate`, `check`, `site load`, and `prepare`, which does for `up` what an installation needs before it serves."""

import argparse
from pathlib import Path

from testcentre.commands.base import Commands, django


def register(commands: Commands) -> None:
    """Add the commands."""
    commands.add("migrate", migrate, help_text="bring the database's tables to this release")
    commands.add("check", check, help_text="check settings, models and migrations")
    site = commands.group("site", help_text="the site: places, hours, airspace, policy")
    load = site.add("load", load_site, help_text="load or update the site from a file; bookings stay")
    load.add_argument("source", metavar="NAME|FILE", help="ehtw, ehtw-exercise, or the path of a TOML file")
    ready = commands.add("prepare", prepare, help_text="migrate, load the site, make the demo: what `up` does first")
    ready.add_argument("--site", metavar="NAME|FILE")
    ready.add_argument("--migrate", action=argparse.BooleanOptionalAction, default=True)
    ready.add_argument("--demo", action=argparse.BooleanOptionalAction, default=False)


def migrate(arguments: argparse.Namespace) -> int:
    """Apply all migrations."""
    with django(arguments):
        _migrate(verbosity=1)
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Run Django's checks and look for models that no migration describes; 1 when something is wrong."""
    with django(arguments):
        from django.core.management import CommandError, call_command  # noqa: PLC0415 — Django is set up only now

        try:
            call_command("check", fail_level="WARNING")
            call_command("makemigrations", check_changes=True, dry_run=True)
        except (CommandError, SystemExit) as problem:
            print(problem if isinstance(problem, CommandError) else "Models have changed: make the migrations above.")
            return 1
    return 0


def load_site(arguments: argparse.Namespace) -> int:
    """Load a site file and say what came of it."""
    with django(arguments):
        _load(arguments.source)
    return 0


def prepare(arguments: argparse.Namespace) -> int:
    """Do what an installation needs before it serves, in one process: each start of Python costs a second."""
    with django(arguments):
        if arguments.migrate:
            print("bringing the database's tables to this release", flush=True)
            _migrate(verbosity=0)
        if arguments.site:
            _load(arguments.site)
        if arguments.demo:
            from django.conf import settings  # noqa: PLC0415 — Django is set up only now

            from testcentre.demo.seed import seed  # noqa: PLC0415

            for line in seed(Path(settings.ENVIRONMENT.data)):
                print(line)
    return 0


def _migrate(*, verbosity: int) -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        # building the claims' index over a big ledger takes minutes; waiting for a lock must not
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = '10s'")
    call_command("migrate", interactive=False, verbosity=verbosity)


def _load(source: str) -> None:
    from bookings.actions.load_site import load_site as load  # noqa: PLC0415

    loaded = load(Path(source) if Path(source).suffix else source)
    news = "new" if loaded.is_new_version else "unchanged"
    print(f"site {loaded.code} ({loaded.name}): version {loaded.version}, {news}, {len(loaded.resources)} resources")

"""The exercise site, loaded once in a process: a test gets copies of its rows, in a tenth of the time."""

from django.core.management import call_command
from django.db import connection

from bookings.actions.load_site import load_site
from bookings.models import Resource, Site, SiteVersion
from testcentre.accounts.models import Organisation
from testcentre.audit.models import Entry
from testcentre.foundation.models import Announcement
from testcentre.foundation.outbox import CHANNEL

EXERCISE = "ehtw-exercise"
# what loading a site writes, in the order of the foreign keys
_TABLES = [model._meta.db_table for model in (Organisation, Site, SiteVersion, Resource, Entry, Announcement)]
_COLUMNS = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND column_default IS NULL AND is_identity = 'NO'
"""
_puts_back: list[str] = []


def keep() -> None:
    """Load the site into an empty database, set its rows aside, and leave the database empty."""
    load_site(EXERCISE)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA kept")
        for table in _TABLES:
            cursor.execute(f"CREATE TABLE kept.{table} AS SELECT * FROM {table}")
            cursor.execute(_COLUMNS, [table])
            _puts_back.append(_put_back(table, dict(cursor.fetchall())))
    call_command("flush", interactive=False, verbosity=0, reset_sequences=False)


def _put_back(table: str, columns: dict[str, str]) -> str:
    """Return the statement for one table: what the database gives by itself it gives anew, and times are now."""
    values = ["now()" if kind.startswith("timestamp") else f'"{name}"' for name, kind in columns.items()]
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM kept.{table}"


def put_back() -> None:
    """Make the database be as after loading the site."""
    if Site.objects.exists() or Organisation.objects.filter(slug="range").exists():
        load_site(EXERCISE)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN {'; '.join(_puts_back)}; PERFORM pg_notify('{CHANNEL}', ''); END $$")

"""One PostgreSQL and two Valkeys for a process that runs tests: embedded ones, unless the environment names others."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer

from testcentre import embedded
from tests.workers import Sharing, group_of

# the suite starts our processes a hundred times: compiled once, each needs a third less; many a container forbids it
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _start_engines() -> None:
    data = Path(tempfile.mkdtemp(prefix="testcentre-tests-"))
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        os.environ.setdefault("REDIS_STREAM_URL", os.environ["REDIS_URL"])
        os.environ.update(embedded.secrets_of(data), TESTCENTRE_DATA=str(data))
    else:
        engines = embedded.Engines(data)
        engines.start()
        atexit.register(engines.stop)
        os.environ.update(engines.environment)
        _spare_the_disk(engines.environment["DATABASE_URL"])
    os.environ["TESTCENTRE_ALLOWED_HOSTS"] = "127.0.0.1,localhost,testserver"
    os.environ["DJANGO_SETTINGS_MODULE"] = "testcentre.settings"


def _spare_the_disk(url: str) -> None:
    """Let a database that nobody needs after the run not wait for the disk: killed, it still loses nothing."""
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("ALTER SYSTEM SET fsync = off")
        database.execute("SELECT pg_reload_conf()")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the engines where tests run: with `-n`, in each worker and not in the process that deals tests out.

    pytest-django, whose turn is after this, sets Django up when there are settings, and they need the engines.
    """
    # how fast this machine is just now is no fault of a test
    hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.load_profile("suite")
    if config.getoption("dist", "no") != "no":
        return
    _start_engines()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick: nobody attacks these
    settings.WHITENOISE_AUTOREFRESH = True  # else each test client lists all static files before its first request


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what stays together in one process too; the rest stays in the order that chance gave it."""
    items.sort(key=lambda item: group_of(item.nodeid) or "~")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    """Say which tests stay together."""
    return Sharing(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Make it quick to bring the database from one test to the next: its tables are emptied, its site is put back."""
    with django_db_blocker.unblock():
        _empty_by_deleting()
        from tests import kept_site  # noqa: PLC0415 — Django is set up only now

        kept_site.keep()
    # Django would write these rows anew after every emptying; nothing of ours reads them
    assert post_migrate.disconnect(create_contenttypes)
    assert post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


def _empty_by_deleting() -> None:
    """Have Django empty tables by DELETE: there is little in them, and TRUNCATE makes new files for all of them.

    Triggers rest meanwhile, those of foreign keys and the one that keeps the audit trail.
    """

    def sql_flush(_style: object, tables: list[str], **_how: object) -> list[str]:
        deletes = "; ".join(f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables)
        return [f"DO $$ BEGIN SET LOCAL session_replication_role = replica; {deletes}; END $$"]

    connection.ops.sql_flush = sql_flush  # type: ignore[method-assign]


@pytest.fixture
def service_environment(transactional_db: None) -> Callable[..., dict[str, str]]:
    """Return a maker of the environment for processes of the service that share this test's database and Valkeys."""

    def make(**more: str) -> dict[str, str]:
        name = connection.settings_dict["NAME"]
        url = os.environ["DATABASE_URL"]
        base, _, query = url.partition("?")
        head, _, _ = base.rpartition("/")
        return {**os.environ, "DATABASE_URL": f"{head}/{name}" + (f"?{query}" if query else ""), **more}

    return make

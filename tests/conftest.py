"""One PostgreSQL and two Valkeys for the whole run: the embedded ones, unless the environment names others."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from testcentre import embedded


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
    os.environ["TESTCENTRE_ALLOWED_HOSTS"] = "127.0.0.1,localhost,testserver"
    os.environ["DJANGO_SETTINGS_MODULE"] = "testcentre.settings"


_start_engines()
assert (
    settings.DATABASES
)  # read now: pytest-django sets Django up when the settings are there, and they need the engines


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let the tests (and only them) truncate the audit trail between two of them."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("GRANT TRUNCATE ON audit_entry TO CURRENT_USER")
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_no_truncate")


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

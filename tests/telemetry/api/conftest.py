from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def objects(settings: Settings, tmp_path: Path) -> Path:
    """Give the test an object store and a spool of its own."""
    settings.OBJECTS_DIR = tmp_path / "objects"
    settings.SPOOL_DIR = tmp_path / "spool"
    return tmp_path


@pytest.fixture
def exercise(db: None) -> None:
    """Load the site that is open day and night."""
    from tests.factories import load_exercise  # noqa: PLC0415 — conftest files are read before Django is set up

    load_exercise()

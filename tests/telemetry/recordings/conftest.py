from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def objects(settings: Settings, tmp_path: Path) -> Path:
    """Give the test an object store and a spool of its own."""
    settings.OBJECTS_DIR = tmp_path / "objects"
    settings.SPOOL_DIR = tmp_path / "spool"
    return tmp_path / "objects"

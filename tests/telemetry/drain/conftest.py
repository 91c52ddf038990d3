from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.telemetry.valkeys import PrivateValkey


@pytest.fixture
def stream() -> Iterator[str]:
    """Give the test a stream Valkey of its own, by its URL."""
    server = PrivateValkey()
    yield server.url
    server.close()


@pytest.fixture(autouse=True)
def objects(settings: Settings, tmp_path: Path) -> Path:
    """Give the test an object store of its own."""
    settings.OBJECTS_DIR = tmp_path / "objects"
    return tmp_path / "objects"

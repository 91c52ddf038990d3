from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from pytest_django import Settings

from tests.telemetry.valkeys import PrivateValkey

if TYPE_CHECKING:
    from tests.telemetry.api.ingesting import Bus


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


@pytest_asyncio.fixture
async def bus(settings: Settings) -> "AsyncIterator[Bus]":
    """Open the ingest doors to a Valkey of the test's own, with a grant."""
    from telemetry.api.ingest_door import close_door  # noqa: PLC0415 — as above
    from tests.telemetry.api.ingesting import Bus, grant  # noqa: PLC0415

    with PrivateValkey() as valkey:
        settings.REDIS_STREAM_URL = settings.REDIS_URL = valkey.url
        place = Bus(valkey)
        place.admit(grant())
        yield place
        await close_door()

from collections.abc import Iterator

import pytest

from tests.telemetry.valkeys import PrivateValkey


@pytest.fixture
def valkey() -> Iterator[PrivateValkey]:
    """Give the test a Valkey that nobody else uses."""
    server = PrivateValkey()
    yield server
    server.close()

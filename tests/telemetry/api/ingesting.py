"""What the ingest doors stand on in tests: a grant, a key, and a Valkey of one's own."""

import time
from typing import Any
from uuid import UUID

from telemetry.bus.batch import Batch
from telemetry.bus.grants import Grant, GrantWriter
from telemetry.bus.stream import StreamReader
from testcentre.accounts.authenticate import key_digest
from tests.telemetry.valkeys import PrivateValkey

FLIGHT, OTHER_FLIGHT, KEY = str(UUID(int=1)), str(UUID(int=5)), "tck_" + "a" * 40
HOUR_US = 3_600_000_000


def grant(**more: Any) -> Grant:
    """Return a grant of the flight for the key that holds now, unless said otherwise."""
    now = time.time_ns() // 1000
    usual: dict[str, Any] = {
        "organisation": FLIGHT,
        "system_id": 7,
        "from_us": now - HOUR_US,
        "until_us": now + HOUR_US,
    }
    usual |= {"flight": FLIGHT, "key_digests": [key_digest(KEY)]}
    return Grant(**(usual | more))


class Bus:
    """The two Valkeys that the door uses, both in one."""

    def __init__(self, valkey: PrivateValkey) -> None:
        self.valkey = valkey

    def admit(self, *grants: Grant) -> None:
        """Write the grants."""
        writer = GrantWriter(self.valkey.url)
        writer.write_all(grants)
        writer.close()

    def kept(self) -> list[Batch]:
        """Return what the stream holds of the flights: all tests' flights are in one shard."""
        reader = StreamReader(self.valkey.url)
        found = [entry.batch for entry in reader.read(1) if entry.batch]
        reader.close()
        return found

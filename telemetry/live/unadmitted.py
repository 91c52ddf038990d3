"""Links without a grant, as all gateways tell of them."""

from collections.abc import Iterable
from typing import Any

import msgspec

from telemetry.bus.feed import Heartbeat


def unadmitted_rows(heartbeats: Iterable[Heartbeat]) -> list[dict[str, Any]]:
    """Return each link as `Unadmitted` has it, with the name of its `gateway`; the one heard last first."""
    rows = [{"gateway": beat.name, **msgspec.structs.asdict(link)} for beat in heartbeats for link in beat.unadmitted]
    return sorted(rows, key=lambda row: str(row["last"]), reverse=True)

"""Every key in Redis, and which shard a flight belongs to."""

from uuid import UUID

SHARDS = 4

# On the stream Redis (appendfsync always, noeviction).
GENERATION = "stream:generation"
GRANTS = "grants"
GRANTS_VERSION = "grants:version"
EVENTS = "events"
EVENTS_EPOCH = "events:epoch"

# On the relaxed Redis.
FEED = "feed"


def shard_of(flight: str) -> int:
    """Return the shard of a flight (its UUID as text); the number of shards is fixed for the life of the data."""
    return UUID(flight).int % SHARDS


def stream(shard: int) -> str:
    """Return the key of a shard's stream."""
    return f"stream:{shard}"


def count(shard: int) -> str:
    """Return the key of a shard's counter: the number of the last entry ever appended."""
    return f"stream:{shard}:count"


def done(flight: str, idempotency_key: str) -> str:
    """Return the key that says a request was kept."""
    return f"ingest:done:{flight}:{idempotency_key}"


def mark(writer: str) -> str:
    """Return the key of the highest number or offset that a writer has had kept."""
    return f"ingest:mark:{writer}"


def flight_events(flight: str) -> str:
    """Return the key of a flight's own events."""
    return f"events:flight:{flight}"


def state(flight: str) -> str:
    """Return the key of a flight's newest state."""
    return f"state:{flight}"


def allowance(flight: str) -> str:
    """Return the key of the bucket that says how much a flight may send by HTTP and socket."""
    return f"allowance:{flight}"


def gateway(name: str) -> str:
    """Return the key of a gateway's last heartbeat."""
    return f"gateway:{name}"

"""Redis between processes: stream (keeps), feed (forgets), events (resume), grants (versioned)."""

from telemetry.bus.connection import Down, Full

__all__ = ["Down", "Full"]

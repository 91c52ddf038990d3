"""`rebuild flight`: derive again what was derived of a flight's kept bytes."""

import argparse
from uuid import UUID

from testcentre.commands.base import Commands, Sentence, django


def register(commands: Commands) -> None:
    """Add the command."""
    rebuilt = commands.group("rebuild", help_text="derive again from the kept bytes")
    flight = rebuilt.add("flight", rebuild_flight, help_text="a sealed flight's track, counts, log and manifest")
    flight.add_argument("id", metavar="ID")


def rebuild_flight(arguments: argparse.Namespace) -> int:
    """Rebuild a flight and say what was not as it should be."""
    try:
        flight_id = UUID(arguments.id)
    except ValueError:
        raise Sentence(f"The flight's ID must be a UUID, got {arguments.id!r}.") from None
    with django(arguments):
        from telemetry.drain.rebuild import rebuild_flight as rebuild  # noqa: PLC0415 — Django is set up only now

        rebuilt = rebuild(flight_id)
        news = f"made again: {', '.join(rebuilt.changed)}" if rebuilt.changed else "all was as it is"
        print(f"flight {flight_id}: {news}; log {rebuilt.sha256}")
    return 0

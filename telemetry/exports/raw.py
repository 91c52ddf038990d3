"""A recording as it is kept: every chunk of every link with its receive times (`recordings.chunks` says the format)."""

from collections.abc import Iterator

from telemetry.recordings.chunks import whole_chunks
from telemetry.recordings.models import FlightLink


def raw_pieces(links: list[FlightLink]) -> Iterator[bytes]:
    """Read the chunks of some links, link by link; the open ones as they are now."""
    for link in links:
        yield from whole_chunks(link)

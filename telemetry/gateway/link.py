"""How one link of a flight does: packets, lost, late, rate."""

from telemetry.bus.feed import LinkFigures
from telemetry.wire.framing import Frame

_HALF = 128


class Link:
    """Count one link from its start. Lost: sequence numbers that were skipped and have not come late since."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.figures = LinkFigures()
        self._newest: dict[int, int] = {}  # per component: they count their packets apart
        self._rated = (0, 0)  # packets and time at the last rating

    def count(self, frame: Frame, *, now_us: int, is_signed: bool) -> None:
        """Take a packet into account."""
        figures = self.figures
        figures.packets += 1
        figures.signed, figures.last_us = is_signed, now_us
        newest = self._newest.get(frame.component_id)
        ahead = 1 if newest is None else (frame.sequence - newest) % 256
        if ahead < _HALF:
            figures.lost += max(ahead - 1, 0)
            self._newest[frame.component_id] = frame.sequence
        else:
            figures.late += 1
            figures.lost = max(figures.lost - 1, 0)

    def rate(self, now_us: int) -> None:
        """Bring the packet rate up to date; to be called about once a second."""
        packets, since_us = self._rated
        if since_us and now_us > since_us:
            self.figures.rate_hz = round((self.figures.packets - packets) * 1e6 / (now_us - since_us), 1)
        self._rated = (self.figures.packets, now_us)

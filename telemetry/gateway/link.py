"""How one link of a flight does, for the live picture."""

from msgspec import UNSET

from telemetry.bus.feed import LinkFigures
from telemetry.quality.figures import radio
from telemetry.quality.link import LinkQuality
from telemetry.sample import Sample
from telemetry.wire.framing import Frame

RATE_EVERY_US = 1_000_000


class Link:
    """Count one link from its start."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.figures = LinkFigures()
        self.quality = LinkQuality()
        self._rated = (0, 0, 0)  # packets, bytes and time at the last rating

    def count(self, frame: Frame, *, now_us: int, is_signed: bool) -> None:
        """Take a packet into account."""
        self.figures.packets += 1
        self.figures.signed, self.figures.last_us = is_signed, now_us
        self.quality.hear_packet(frame, now_us)

    def count_sample(self, sample: Sample, *, now_us: int) -> None:
        """Take a sample into account that came whole."""
        self.figures.packets += 1
        self.figures.last_us = now_us
        if sample.time is not UNSET:
            self.quality.clock.hear(round(sample.time.timestamp() * 1e6), boot_us=None, receive_us=now_us)

    def rate(self, now_us: int) -> None:
        """Bring the rates, radio and clock up to date; to be called about once a second."""
        packets, size, since_us = self._rated
        if since_us and now_us > since_us:
            passed_s = (now_us - since_us) / 1e6
            self.figures.rate_hz = round((self.figures.packets - packets) / passed_s, 1)
            self.figures.bytes_per_s = round((self.figures.bytes - size) / passed_s)
        self._rated = (self.figures.packets, self.figures.bytes, now_us)
        self.figures.radio, self.figures.clock = radio(self.quality), self.quality.clock.brief()

    def told(self, now_us: int) -> LinkFigures:
        """Return the figures; rates, radio and clock are at most a second old while anything comes."""
        if now_us - self._rated[2] >= RATE_EVERY_US:
            self.rate(now_us)
        figures, quality = self.figures, self.quality
        figures.lost = figures.late = figures.duplicate = figures.restarts = 0
        for sender in quality.senders.values():
            kept = sender.sequence
            figures.lost += kept.lost
            figures.late += kept.late
            figures.duplicate += kept.duplicate
            figures.restarts += kept.restarts
        figures.jitter_ms = round(quality.jitter_us / 1000, 2) if quality.has_jitter else None
        return figures

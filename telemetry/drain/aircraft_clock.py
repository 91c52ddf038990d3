"""When something was measured, by the aircraft's own clock set against ours.

A message can only be delayed: of all differences between our clock at receipt and the aircraft's, the smallest is the
nearest to the truth (minimum filter). It may creep up by 50 parts per million, so that it follows a slow clock.
"""

import msgspec

CREEP = 50e-6
# Poor links bring packets up to 10 s late (mavlink-router #457); beyond that the aircraft has set its clock anew.
MOST_LATE_US = 10_000_000


class AircraftClock(msgspec.Struct, array_like=True):
    """The estimate for one clock of one link; all times in microseconds, `offset_us` None before anything came."""

    offset_us: int | None = None
    heard_us: int = 0
    told_us: int = 0

    def date(self, own_us: list[int], *, receive_us: int) -> list[int]:
        """Return the UTC times of what arrived together, given its times by the aircraft's clock, in order.

        Never after the receipt, and never before what was dated last: an aircraft whose clock is set back, or a log
        that is replayed at speed, moves on all the same.
        """
        newest = receive_us - max(own_us)
        crept = int(max(0, receive_us - self.heard_us) * CREEP)
        if self.offset_us is None or newest > self.offset_us + MOST_LATE_US:
            self.offset_us = newest
        else:
            self.offset_us = min(newest, self.offset_us + crept)
        self.heard_us = receive_us
        if self.told_us > receive_us + MOST_LATE_US:
            self.told_us = 0  # our own clock was set back
        dated = []
        for own in own_us:
            self.told_us = min(max(own + self.offset_us, self.told_us + 1), max(receive_us, self.told_us))
            dated.append(self.told_us)
        return dated

"""What the aircraft's clock says against ours; it is told, and never put right here.

Source: SYSTEM_TIME and TIMESYNC, mavlink.io/en/messages/common.html, /en/services/timesync.html. A message can only be
delayed, so that of all differences the largest (its clock minus ours) is the nearest to the truth. Whether the clock
jumped is judged by the aircraft's own time since boot, not by when messages came.
"""

from typing import Any

import msgspec

EARLIEST_US, LATEST_US = 1_420_070_400_000_000, 4_102_444_800_000_000  # 2015 and 2100: what may be a UTC time
JUMP_US = 500_000
AHEAD_US = 500_000
BEHIND_US = 10_000_000  # so late poor links may be; beyond it is the clock
BLOCK_US = 10_000_000
DRIFT_AFTER_US = 60_000_000
MOST_REQUESTS = 8


class ClockCheck(msgspec.Struct, array_like=True):
    """Judge one aircraft's clock; times in µs, `offset` = its clock minus ours."""

    readings: int = 0
    unset: int = 0
    stopped: int = 0
    jumps_back: int = 0
    jumps_ahead: int = 0
    last_jump_us: int = 0
    state: str = ""
    newest_us: int = 0  # 0: none that may be a UTC time
    newest_boot_us: int | None = None
    block_us: int = 0  # when the present block of 10 s began
    block_offset_us: int | None = None
    offset_us: int | None = None  # of the last block, or of the present one when it is the first
    first_us: int = 0
    first_offset_us: int | None = None
    drift_ppm: float | None = None
    round_trip_us: int | None = None
    answers: int = 0
    requests: dict[int, int] = {}

    def hear(self, utc_us: int, *, boot_us: int | None, receive_us: int) -> None:
        """Take a reading of the clock, with the aircraft's time since boot where it was sent along."""
        if boot_us is not None and self.newest_boot_us is not None and boot_us <= self.newest_boot_us:
            return  # late, or the same again
        self.readings += 1
        if not EARLIEST_US < utc_us < LATEST_US:
            self.unset += 1
            self.jumps_back += self.newest_us > 0
            self._forget()
            self.state, self.newest_boot_us = "unset", boot_us
            return
        if self.newest_us:
            self._compare(utc_us, boot_us)
        self.newest_us, self.newest_boot_us = utc_us, boot_us
        self._measure(utc_us - receive_us, receive_us)
        if self.state != "stopped":
            self.state = self._standing(utc_us - receive_us)

    def hear_timesync(self, answer_ns: int, request_ns: int, *, receive_us: int) -> None:
        """Take a TIMESYNC: a request (its `tc1` is 0), or the answer to one that came by before on the same link."""
        if answer_ns == 0:
            self.requests[request_ns] = receive_us
            if len(self.requests) > MOST_REQUESTS:
                del self.requests[next(iter(self.requests))]
            return
        asked_us = self.requests.pop(request_ns, None)
        if asked_us is not None and receive_us >= asked_us:
            self.answers += 1
            self.round_trip_us = receive_us - asked_us

    def restart(self) -> None:
        """Learn that the aircraft has booted: its next reading is compared with none before."""
        self._forget()
        self.state = ""

    def figures(self) -> dict[str, Any] | None:
        """Return what is known, in ms and ppm; None when nothing was heard of any clock."""
        if not self.readings and not self.answers:
            return None
        return {
            "state": self.state or None,
            "offset_ms": _ms(self.offset_us),
            "drift_ppm": self.drift_ppm,
            "readings": self.readings,
            "unset": self.unset,
            "stopped": self.stopped,
            "jumps_back": self.jumps_back,
            "jumps_ahead": self.jumps_ahead,
            "last_jump_ms": _ms(self.last_jump_us) if self.last_jump_us else None,
            "round_trip_ms": _ms(self.round_trip_us),
        }

    def brief(self) -> dict[str, Any] | None:
        """Return what the live picture shows: state, offset and jumps; None when no clock was heard."""
        if not self.state:
            return None
        return {
            "state": self.state,
            "offset_ms": _ms(self.offset_us),
            "jumps_back": self.jumps_back,
            "jumps_ahead": self.jumps_ahead,
        }

    def _compare(self, utc_us: int, boot_us: int | None) -> None:
        """Find out whether the clock went on as time did since the last reading."""
        known = boot_us is not None and self.newest_boot_us is not None
        if known and utc_us == self.newest_us:
            self.stopped += 1
            self.state = "stopped"
            return
        self.state = ""
        # Without a time since boot only a step back is sure: what is behind may have been sent late.
        passed_us = boot_us - self.newest_boot_us if boot_us is not None and self.newest_boot_us is not None else 0
        jump_us = utc_us - self.newest_us - passed_us
        if abs(jump_us) <= JUMP_US or (not known and jump_us > 0):
            return
        self.jumps_back += jump_us < 0
        self.jumps_ahead += jump_us > 0
        self.last_jump_us = jump_us
        self._forget()

    def _measure(self, offset_us: int, receive_us: int) -> None:
        if self.block_offset_us is None:
            self.block_us, self.block_offset_us = receive_us, offset_us
        elif receive_us - self.block_us < BLOCK_US:
            self.block_offset_us = max(self.block_offset_us, offset_us)
        else:
            self._close_block()
            self.block_us, self.block_offset_us = receive_us, offset_us
        if self.first_offset_us is None:
            self.offset_us = self.block_offset_us

    def _close_block(self) -> None:
        assert self.block_offset_us is not None
        self.offset_us = self.block_offset_us
        if self.first_offset_us is None:
            self.first_us, self.first_offset_us = self.block_us, self.block_offset_us
        elif self.block_us - self.first_us >= DRIFT_AFTER_US:
            passed_us = self.block_us - self.first_us
            self.drift_ppm = round((self.block_offset_us - self.first_offset_us) / passed_us * 1e6, 1)

    def _standing(self, offset_us: int) -> str:
        best_us = max(offset_us, self.block_offset_us if self.block_offset_us is not None else offset_us)
        if best_us > AHEAD_US:
            return "ahead"
        return "behind" if best_us < -BEHIND_US else "good"

    def _forget(self) -> None:
        self.newest_us, self.newest_boot_us = 0, None
        self.block_offset_us = self.offset_us = self.first_offset_us = self.drift_ppm = None


def _ms(us: int | None) -> float | None:
    return None if us is None else round(us / 1000, 1)

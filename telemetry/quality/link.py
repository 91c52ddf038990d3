"""All figures of one link, fed packet by packet in the order of arrival; what it knows fits into a few kB."""

import struct
from collections.abc import Iterable

import msgspec

from telemetry.quality.clock import ClockCheck
from telemetry.quality.sequence import Sequence
from telemetry.wire import dialect
from telemetry.wire.framing import Frame, Unreadable

MOST_SENDERS = 16
MOST_LATE_US = 10_000_000
GAP_US = 5_000_000
US_PER_S = 1_000_000
_AUTOPILOT = 1
_RADIO = struct.Struct("<HHBBBBB")
_TIMES = struct.Struct("<QI")
_TIMESYNC = struct.Struct("<qq")
# Messages that tell the time since boot, and where in their payload it lies, ms.
_BOOT_AT = {
    dialect.SYSTEM_TIME: 8,
    dialect.ATTITUDE: 0,
    dialect.GLOBAL_POSITION_INT: 0,
    dialect.LOCAL_POSITION_NED: 0,
}
_BESIDE = (dialect.RADIO, dialect.RADIO_STATUS, dialect.TIMESYNC)


class Sender(msgspec.Struct, array_like=True):
    """One (system, component) of the link; `sent` is by message: (µs of receipt, ms since boot) of the last one."""

    sequence: Sequence = msgspec.field(default_factory=Sequence)
    boot_ms: int | None = None
    boot_heard_us: int = 0
    sent: dict[int, tuple[int, int]] = {}


class LinkQuality(msgspec.Struct, array_like=True):
    """Lost, late, duplicate, jitter, rate, radio and clock of one link; of senders the first 16 are told apart."""

    senders: dict[int, Sender] = {}
    left_out: int = 0
    packets: int = 0
    jitter_us: float = 0.0
    has_jitter: bool = False
    second: int = 0
    in_second: tuple[int, int] = (0, 0)
    rate: tuple[float, float] = (0.0, 0.0)
    radio: tuple[int, ...] = ()
    radio_us: int = 0
    clock: ClockCheck = msgspec.field(default_factory=ClockCheck)
    clock_of: int = -1
    unreadable_bytes: int = 0
    heard_us: int = 0
    gaps: int = 0  # silences of more than 5 s

    def hear(self, pieces: Iterable[Frame | Unreadable], receive_us: int) -> None:
        """Take what one datagram or one read brought."""
        packets = size = 0
        for piece in pieces:
            size += piece.end - piece.start
            if isinstance(piece, Frame):
                packets += 1
                self.hear_packet(piece, receive_us)
            else:
                self.unreadable_bytes += piece.end - piece.start
        self._hear_record(packets, size, receive_us)

    def hear_packet(self, frame: Frame, receive_us: int) -> None:
        """Take one packet, without its part of the rate."""
        self.packets += 1
        key = frame.system_id << 8 | frame.component_id
        sender = self.senders.get(key)
        if sender is None:
            if len(self.senders) >= MOST_SENDERS:
                self.left_out += 1
                return
            sender = self.senders[key] = Sender()
        is_new = sender.sequence.hear(frame.sequence, receive_us)
        boot_at = _BOOT_AT.get(frame.message_id)
        if boot_at is not None:
            self._hear_boot(sender, key, frame, boot_at, receive_us, is_new)
        elif frame.message_id in _BESIDE:
            self.hear_beside(frame, receive_us)

    def hear_beside(self, frame: Frame, receive_us: int) -> None:
        """Take what another system tells on this link of the link itself: its radio, and time requests to answer."""
        if frame.message_id == dialect.TIMESYNC:
            self.clock.hear_timesync(*_TIMESYNC.unpack(_filled(frame, _TIMESYNC)), receive_us=receive_us)
        elif frame.message_id in _BESIDE:
            self.radio, self.radio_us = _RADIO.unpack(_filled(frame, _RADIO)), receive_us

    def hear_sample(self, size: int, utc_us: int | None, receive_us: int) -> None:
        """Take one sample that came as a line, with the time that it tells where it can be read."""
        self.packets += 1
        self._hear_record(1, size, receive_us)
        if utc_us is not None:
            self.clock.hear(utc_us, boot_us=None, receive_us=receive_us)

    def _hear_boot(self, sender: Sender, key: int, frame: Frame, boot_at: int, receive_us: int, is_new: bool) -> None:
        at = frame.payload_start + boot_at
        length = min(4, max(0, frame.payload_length - boot_at))  # MAVLink 2 leaves zeros off the end
        boot_ms = int.from_bytes(frame.data[at : at + length], "little")
        if sender.boot_ms is not None and boot_ms < sender.boot_ms:
            booted_us = receive_us - boot_ms * 1000
            # A packet can be that late; a boot is what lies further off than any delay.
            if booted_us - (sender.boot_heard_us - sender.boot_ms * 1000) > MOST_LATE_US:
                sender.sequence.restart(booted_us)
                sender.sent.clear()
                sender.boot_ms = None
                if key == self.clock_of:
                    self.clock.restart()
        if sender.boot_ms is None or boot_ms > sender.boot_ms:
            sender.boot_ms, sender.boot_heard_us = boot_ms, receive_us
        if is_new:
            self._hear_delay(sender, frame.message_id, boot_ms, receive_us)
        if frame.message_id == dialect.SYSTEM_TIME:
            self._hear_clock(key, frame, receive_us)

    def _hear_delay(self, sender: Sender, message_id: int, boot_ms: int, receive_us: int) -> None:
        """Bring the jitter up to date: how unequally long packets are on their way (RFC 3550, 6.4.1)."""
        before = sender.sent.get(message_id)
        if before is not None and boot_ms > before[1]:
            change_us = abs((receive_us - before[0]) - (boot_ms - before[1]) * 1000)
            self.jitter_us += (min(change_us, MOST_LATE_US) - self.jitter_us) / 16
            self.has_jitter = True
        sender.sent[message_id] = (receive_us, boot_ms)

    def _hear_clock(self, key: int, frame: Frame, receive_us: int) -> None:
        """Take the clock of the autopilot, or of whichever component tells one while the autopilot has told none."""
        if key != self.clock_of:
            if self.clock_of >= 0 and (frame.component_id != _AUTOPILOT or self.clock_of & 0xFF == _AUTOPILOT):
                return
            self.clock_of, self.clock = key, ClockCheck()
        utc_us, boot_ms = _TIMES.unpack(_filled(frame, _TIMES))
        self.clock.hear(utc_us, boot_us=boot_ms * 1000, receive_us=receive_us)

    def _hear_record(self, packets: int, size: int, receive_us: int) -> None:
        if receive_us > self.heard_us:
            self.gaps += receive_us - self.heard_us > GAP_US and self.heard_us > 0
            self.heard_us = receive_us
        second = receive_us // US_PER_S
        if second != self.second:
            passed = max(1, second - self.second)
            self.rate = (self.in_second[0] / passed, self.in_second[1] / passed)
            self.second, self.in_second = second, (0, 0)
        self.in_second = (self.in_second[0] + packets, self.in_second[1] + size)


def is_beside(frame: Frame) -> bool:
    """Say whether a packet tells of the link itself, whoever sent it."""
    return frame.message_id in _BESIDE


def _filled(frame: Frame, layout: struct.Struct) -> bytes:
    """Return the payload as long as the message is: MAVLink 2 leaves zeros off its end, extensions come after."""
    return frame.payload[: layout.size].ljust(layout.size, b"\0")

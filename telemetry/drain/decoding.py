"""From the records of a link to states of the aircraft; what it must know at the next batch fits into a few bytes."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from telemetry.drain.aircraft_clock import AircraftClock
from telemetry.drain.thinning import State
from telemetry.quality.link import LinkQuality
from telemetry.sample import BadSample, Sample, parse_line
from telemetry.wire import dialect
from telemetry.wire.framing import Frame, split
from telemetry.wire.state import StateBuilder

DECODER = "wire-1"
REMEMBERED = (dialect.HEARTBEAT, dialect.SYSTEM_TIME)
FALLBACK_AFTER_US = 2_000_000


class Decoder(Protocol):
    """What turns the records of one link into states."""

    def feed(self, records: Sequence[tuple[int, bytes]]) -> list[State]:
        """Return the states that records tell, each record being (microseconds of receipt, bytes)."""

    def memory(self) -> bytes | None:
        """Return what a decoder of the next batch must know."""


def decoder_of(kind: str, *, system_id: int, memory: bytes | None, quality: LinkQuality | None = None) -> Decoder:
    """Return a decoder that goes on where the one that left this memory stopped; it counts into `quality` as it reads.

    Without a quality it counts nothing.
    """
    return MavlinkDecoder(system_id, memory, quality) if kind == "mavlink" else NdjsonDecoder(quality)


class NdjsonDecoder:
    """One sample per line, dated by itself."""

    def __init__(self, quality: LinkQuality | None = None) -> None:
        self._quality = quality

    def feed(self, records: Sequence[tuple[int, bytes]]) -> list[State]:
        """Return the samples; a line that is none stays in the raw recording alone."""
        states = []
        for receive_us, line in records:
            try:
                sample = parse_line(line)
            except BadSample:
                continue
            assert not isinstance(sample.time, msgspec.UnsetType)
            time_us = round(sample.time.timestamp() * 1e6)
            if self._quality is not None:
                self._quality.hear_sample(len(line), time_us, receive_us)
            states.append(State(time_us, time_us, sample))
        return states

    def memory(self) -> None:
        """Return nothing: each line stands for itself."""
        return


class _Memory(msgspec.Struct, array_like=True):
    packets: dict[int, tuple[int, bytes]] = {}
    sample: Sample = msgspec.field(default_factory=Sample)
    clock: AircraftClock = msgspec.field(default_factory=AircraftClock)
    gps_clock: AircraftClock = msgspec.field(default_factory=AircraftClock)
    fused_us: int = 0


_MEMORY = msgspec.msgpack.Decoder(_Memory)


class MavlinkDecoder:
    """States at each position message; the GPS's own only where the autopilot's has been silent for 2 s.

    A new decoder is put into the old one's state by the last heartbeat and system time, and its last sample.
    """

    def __init__(self, system_id: int, memory: bytes | None, quality: LinkQuality | None = None) -> None:
        self._quality = quality
        self._memory = _MEMORY.decode(memory) if memory else _Memory()
        self._builder = StateBuilder(system_id)
        for receive_us, packet in self._memory.packets.values():
            for frame in split(packet):
                if isinstance(frame, Frame):
                    self._builder.feed(frame, receive_us)
        self._builder.sample = self._memory.sample

    def feed(self, records: Sequence[tuple[int, bytes]]) -> list[State]:
        """Return the states; bytes that are no packets are passed over."""
        states: list[State] = []
        for receive_us, data in records:
            states += self._of_record(receive_us, data)
        return states

    def memory(self) -> bytes:
        """Return last packets, sample and clocks."""
        self._memory.sample = self._builder.sample
        return msgspec.msgpack.encode(self._memory)

    def _of_record(self, receive_us: int, data: bytes) -> list[State]:
        fused: list[tuple[int, Sample]] = []
        gps: list[tuple[int, Sample]] = []
        pieces = split(data)
        if self._quality is not None:
            self._quality.hear(pieces, receive_us)
        for frame in pieces:
            if not isinstance(frame, Frame) or not self._builder.feed(frame, receive_us):
                continue
            if frame.message_id in REMEMBERED:
                self._memory.packets[frame.message_id] = (receive_us, frame.packet)
            elif frame.message_id == dialect.GLOBAL_POSITION_INT:
                self._memory.fused_us = receive_us
                fused.append((int.from_bytes(_padded(frame, 4), "little") * 1000, self._copy()))
            elif frame.message_id == dialect.GPS_RAW_INT and receive_us - self._memory.fused_us > FALLBACK_AFTER_US:
                gps.append((int.from_bytes(_padded(frame, 8), "little"), self._copy()))
        return _dated(self._memory.clock, fused, receive_us) + _dated(self._memory.gps_clock, gps, receive_us)

    def _copy(self) -> Sample:
        return msgspec.structs.replace(self._builder.sample)


def _padded(frame: Frame, size: int) -> bytes:
    return frame.payload[:size].ljust(size, b"\0")


def _dated(clock: AircraftClock, states: list[tuple[int, Sample]], receive_us: int) -> list[State]:
    if not states:
        return []
    own = [own_us for own_us, _ in states]
    times = clock.date(own, receive_us=receive_us)
    return [State(time_us, own_us, sample) for time_us, (own_us, sample) in zip(times, states, strict=True)]

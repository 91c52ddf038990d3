"""The hub: one per web process, between one feed, one tail of the events, and all sockets of the process."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import DatabaseError

from telemetry import bus
from telemetry.bus.events import Event, EventReader
from telemetry.bus.feed import FlightState, Heartbeat
from telemetry.live import frames
from telemetry.live.close_codes import CloseCode
from telemetry.live.picture import US_PER_S, Picture
from telemetry.live.scene import Scenes, flight_position
from telemetry.live.seat import Seat
from telemetry.live.threads import in_thread
from telemetry.live.unadmitted import unadmitted_rows
from testcentre.foundation.clock import to_rfc3339, utc_now

TICK_S = 0.1
TICKS_PER_WHOLE = 10
SILENCE_S = 1.0
GATEWAY_KEPT_S = 600
MOST_UNADMITTED = 50


@dataclass
class Counts:
    """What this process did for its sockets since it started."""

    ticks: int = 0
    events: int = 0
    closed_too_slow: int = 0


@dataclass(eq=False)
class Hub:
    """Keep the newest picture and hand it to every seat; it does no input or output but the opening's reads.

    `epoch` and `position` are those of the events stream. While either Redis has been silent for `SILENCE_S`, or no
    epoch is known, the hub tells nothing but `unknown`.
    """

    events: EventReader
    scenes: Scenes
    picture: Picture = field(default_factory=Picture)
    gateways: dict[str, Heartbeat] = field(default_factory=dict)
    seats: set[Seat] = field(default_factory=set)
    counts: Counts = field(default_factory=Counts)
    epoch: str | None = None
    position: int = 0
    heard_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("events", "feed"), time.monotonic()))
    unknown_since: str | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # set by every event: rights and flights may differ

    def hear(self, message: FlightState | Heartbeat) -> None:
        """Take a message of the feed."""
        if isinstance(message, Heartbeat):
            known = self.gateways.get(message.name)
            if known is None or message.time_us >= known.time_us:
                self.gateways[message.name] = message
            return
        self.picture.hear(
            message.flight, sample=message.sample, links=_figures(message), received_us=message.received_us
        )

    def prove(self, engine: str) -> None:
        """Note that an engine ("events" or "feed") answered just now."""
        self.heard_s[engine] = time.monotonic()

    def excuse(self, stall_s: float) -> None:
        """Count a time in which this process itself did nothing as nobody's silence."""
        self.heard_s = {engine: heard_s + stall_s for engine, heard_s in self.heard_s.items()}

    def attach(self, epoch: str, position: int) -> None:
        """Follow the stream of an epoch from a position on; another epoch than before is another story for all."""
        if epoch != self.epoch:
            self.epoch, self.position = epoch, position
            self._reopen_all()

    def dispatch(self, event: Event) -> None:
        """Hand an event to the seats that it concerns; a gap before it makes all begin again."""
        if event.position != self.position + 1:
            self.position = event.position
            self.changed.set()
            self._reopen_all()
            return
        self.position = event.position
        self.counts.events += 1
        self.changed.set()
        text = frames.event(event.position, event.body, for_range=True)
        positions: dict[str, int] = event.body["positions"]
        for seat in self.seats:
            if seat.flight is None:
                seat.offer_event(text)
            elif seat.flight in positions:
                seat.offer_event(frames.event(positions[seat.flight], event.body, for_range=False))

    def join(self, seat: Seat) -> None:
        """Seat a socket: what happens from now on reaches it after its opening frame."""
        seat.position = self.position
        self.seats.add(seat)

    def leave(self, seat: Seat) -> None:
        """Forget a socket."""
        self.seats.discard(seat)
        self.counts.closed_too_slow += seat.ended is CloseCode.TOO_SLOW

    def close(self, seats: Sequence[Seat]) -> None:
        """End the seats of those who may no longer watch."""
        for seat in seats:
            seat.end(CloseCode.NOT_YOURS)

    async def opening(self, seat: Seat) -> list[str] | None:
        """Return a seat's first frames, or None while the engines do not let them be true.

        `resumed` and every missed event where the stream still has them all; else a `snapshot`.
        """
        epoch, position = self.epoch, seat.position
        if epoch is None or self.unknown_since is not None:
            return None
        try:
            if seat.flight is not None:
                flight = seat.flight
                position = await in_thread(lambda: flight_position(flight, seat.position))
            missed = await self._missed(seat, epoch, position)
            scene = await self._scene(seat)
        except (bus.Down, DatabaseError):
            return None
        if missed is None or seat.resume is None:
            return [frames.opening("snapshot", epoch=epoch, position=position, scene=scene)]
        first = frames.opening("resumed", epoch=epoch, position=seat.resume.position, scene=scene)
        return [first, *(frames.event(e.position, e.body, for_range=seat.flight is None) for e in missed)]

    async def _scene(self, seat: Seat) -> str:
        scene = await self.scenes.read(self.picture, seat.flight)
        now_us = time.time_ns() // 1000
        told: dict[str, Any] = {"t": _time(now_us), "site": scene.site, "gateways": self.gateway_rows(now_us)}
        if seat.flight is None:
            told["unadmitted"] = self.unadmitted()
        rows = [{**f.shown_to(seat.asker), **self.picture.row(str(f.row.id), now_us)} for f in scene.flights]
        return frames.encode({"flights": rows, "alarms": [], "range": told, "more_flights": scene.more})

    async def _missed(self, seat: Seat, epoch: str, until: int) -> list[Event] | None:
        if seat.resume is None or seat.resume.epoch != epoch or seat.resume.position > until:
            return None
        found = await self.events.read_since(seat.resume.position, seat.flight)
        missed = [event for event in found or [] if event.position <= until]
        is_whole = [event.position for event in missed] == list(range(seat.resume.position + 1, until + 1))
        return missed if is_whole else None

    def tick(self, number: int) -> None:
        """Offer each seat what changed since the last tick, and each second everything; or tell `unknown`."""
        reason = self._silent()
        if reason is not None:
            self._tell_unknown(reason, is_due=number % TICKS_PER_WHOLE == 0)
            return
        if self.unknown_since is not None:
            self._recover()
        now_us = time.time_ns() // 1000
        rows = {row["id"]: row for row in self.picture.changes(now_us)}
        is_whole = number % TICKS_PER_WHOLE == 0
        telemetry: dict[str | None, frames.Telemetry] = {}
        for seat in self.seats:
            if seat.flight not in telemetry:
                telemetry[seat.flight] = self._frame(seat.flight, rows, now_us, is_whole=is_whole)
            seat.offer(telemetry[seat.flight])
        self.counts.ticks += 1

    def _frame(
        self, flight: str | None, changed: dict[str, dict[str, Any]], now_us: int, *, is_whole: bool
    ) -> frames.Telemetry:
        now, gateways = _time(now_us), self.gateway_rows(now_us)

        def whole() -> dict[str, Any]:
            every = self.picture.rows(now_us) if flight is None else [self.picture.row(flight, now_us)]
            told = [changed.get(row["id"], row) for row in every]
            more = {"unadmitted": self.unadmitted()} if flight is None else {}
            return frames.tick(now, flights=told, gateways=gateways, **more)

        mine = list(changed.values()) if flight is None else [changed[flight]] if flight in changed else []
        changes = whole if is_whole else lambda: frames.tick(now, flights=mine, gateways=gateways)
        return frames.Telemetry(changes, whole)

    def gateway_rows(self, now_us: int) -> list[dict[str, Any]]:
        """Return each gateway's age by its last heartbeat; one silent for 10 minutes is no longer told."""
        ages = {name: (now_us - beat.time_us) / US_PER_S for name, beat in self.gateways.items()}
        self.gateways = {name: beat for name, beat in self.gateways.items() if ages[name] < GATEWAY_KEPT_S}
        return [{"name": name, "age_s": round(max(0.0, ages[name]), 3)} for name in sorted(self.gateways)]

    def unadmitted(self) -> list[dict[str, Any]]:
        """Return the links without a grant that were heard last, newest first, at most 50."""
        return unadmitted_rows(self.gateways.values())[:MOST_UNADMITTED]

    def _silent(self) -> str | None:
        now_s = time.monotonic()
        silent = [engine for engine, heard_s in self.heard_s.items() if now_s - heard_s > SILENCE_S]
        return silent[0] if silent else None

    def _tell_unknown(self, reason: str, *, is_due: bool) -> None:
        if self.unknown_since is None:
            self.unknown_since, is_due = to_rfc3339(utc_now()), True
            self._reopen_all()
        if is_due:
            text = frames.unknown(to_rfc3339(utc_now()), since=self.unknown_since, reason=reason)
            for seat in self.seats:
                seat.notify(text)

    def _recover(self) -> None:
        self.unknown_since = None
        for seat in self.seats:
            seat.try_again()

    def _reopen_all(self) -> None:
        for seat in self.seats:
            seat.reopen(self.position)


def _figures(state: FlightState) -> dict[str, Any]:
    return {
        name: {**msgspec.structs.asdict(figures), "is_newest": name == state.link}
        for name, figures in state.links.items()
    }


def _time(now_us: int) -> str:
    return to_rfc3339(datetime.fromtimestamp(now_us // 1000 / 1000, UTC))

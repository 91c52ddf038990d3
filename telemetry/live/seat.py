"""One socket's place at the hub: a slot for telemetry, a queue for events, and who they are for."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from telemetry.live.close_codes import CloseCode
from testcentre.accounts.asker import Asker

MOST_EVENTS = 1000
SEND_LIMIT_S = 5.0
RETRY_S = 1.0


class Slotted(Protocol):
    """A frame that a newer one may replace before it is sent."""

    def text(self, *, whole: bool, skipped: int = 0) -> str:
        """Return the frame for a socket that missed `skipped` of them before it."""


@dataclass(frozen=True)
class Resume:
    """What a socket that comes back has already."""

    epoch: str
    position: int


SendText = Callable[[str], Awaitable[None]]
Opening = Callable[["Seat"], Awaitable[Sequence[str] | None]]


@dataclass(eq=False)
class Seat:
    """Hold what one socket is still to be told.

    Telemetry: one frame; the newest wins, the ones it replaced are counted and told. Events: at most `most_events`,
    none is ever dropped; one more, or a send that takes longer than `send_limit_s`, ends the seat as too slow.
    """

    asker: Asker
    flight: str | None = None  # None: the whole range
    organisation_id: UUID | None = None  # whose flight it is
    resume: Resume | None = None
    most_events: int = MOST_EVENTS
    send_limit_s: float = SEND_LIMIT_S
    position: int = 0  # of the range's count: what the opening frame reflects at least
    is_open: bool = False
    ended: CloseCode | None = None
    _turn: int = 0
    _events: deque[str] = field(default_factory=deque)
    _slot: Slotted | None = None
    _notice: str | None = None
    _skipped: int = 0
    _is_behind: bool = True
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def offer_event(self, text: str) -> None:
        """Queue an event, or end a seat that has too many."""
        if len(self._events) >= self.most_events:
            self.end(CloseCode.TOO_SLOW)
            return
        self._events.append(text)
        self._wake.set()

    def offer(self, frame: Slotted) -> None:
        """Put a frame into the slot; one that is still there was skipped, and the next to be sent tells all."""
        if not self.is_open:
            return
        if self._slot is not None:
            self._skipped += 1
            self._is_behind = True
        self._slot = frame
        self._wake.set()

    def notify(self, text: str) -> None:
        """Say something about the picture itself, also to a seat that is not open; the newest wins."""
        self._notice, self._slot = text, None
        self._wake.set()

    def reopen(self, position: int) -> None:
        """Begin again with a snapshot of that position or later; it stands for whatever is still queued."""
        if self.is_open:
            self.resume = None
        self.position, self.is_open = position, False
        self._turn += 1
        self._slot, self._notice, self._is_behind = None, None, True
        self._events.clear()
        self._wake.set()

    def try_again(self) -> None:
        """Ask for the opening frames again now, not in a second."""
        self._wake.set()

    def end(self, code: CloseCode) -> None:
        """End the seat; the first reason counts."""
        self.ended = self.ended or code
        self._wake.set()

    async def serve(self, send: SendText, opening: Opening) -> CloseCode:
        """Send whatever comes, until the seat ends; return why it ended.

        `opening` returns the first frames, or None while they can't be made; it is asked again each second.
        """
        try:
            while self.ended is None:
                self._wake.clear()
                if not self.is_open:
                    await self._open(send, opening)
                await self._send_waiting(send)
                await self._wait()
        except TimeoutError:
            self.end(CloseCode.TOO_SLOW)
        return self.ended or CloseCode.TOO_SLOW

    async def _open(self, send: SendText, opening: Opening) -> None:
        turn = self._turn
        frames = await opening(self)
        if frames is None or turn != self._turn:
            return
        self.is_open = True
        for text in frames:
            if self.ended is None:
                await self._send(send, text)

    async def _send_waiting(self, send: SendText) -> None:
        while self.ended is None:
            if self._events and self.is_open:
                await self._send(send, self._events.popleft())
            elif self._notice is not None:
                text, self._notice = self._notice, None
                await self._send(send, text)
            elif self._slot is not None:
                await self._send(send, self._take())
            else:
                return

    def _take(self) -> str:
        assert self._slot is not None
        text = self._slot.text(whole=self._is_behind, skipped=self._skipped)
        self._slot, self._skipped, self._is_behind = None, 0, False
        return text

    async def _send(self, send: SendText, text: str) -> None:
        async with asyncio.timeout(self.send_limit_s):
            await send(text)

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if self.is_open else RETRY_S):
                await self._wake.wait()

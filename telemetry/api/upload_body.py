"""The bytes of a PATCH, kept as they come: written in pieces, synced and counted every 8 MiB and at the end or cut."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from telemetry.api.threads import in_thread
from telemetry.recordings.spool import Part
from telemetry.recordings.uploads import Turn, commit_part
from testcentre.foundation.errors import Malformed, Refusal, TooLarge

PIECE_BYTES = 256 * 1024
COMMIT_BYTES = 8 * 1024 * 1024
IDLE_S = 60.0

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


async def keep_body(turn: Turn, receive: Receive) -> int:
    """Keep a request's body from the turn's offset on; returns the offset that is safe now, also after a cut.

    Raises:
        TooLarge: more bytes than the upload has left; those that fit are kept.
        Conflict: a newer request continues the upload.
        Malformed: nothing came for 60 s; what came before is kept.
        StorageFull: no room; what was counted before stays.
    """
    part = await in_thread(Part, turn.upload_id, turn.token)
    with part:
        body = _Body(turn, part)
        try:
            await body.read(receive)
        finally:
            safe = await body.commit()
    return safe


class _Body:
    def __init__(self, turn: Turn, part: Part) -> None:
        self._turn, self._part = turn, part
        self._waiting = bytearray()
        self._counted = 0

    async def read(self, receive: Receive) -> None:
        more = True
        while more:
            try:
                message = await asyncio.wait_for(receive(), IDLE_S)
            except TimeoutError:
                raise Malformed(
                    Refusal("body_stopped", "The body stopped.", "", f"bytes at least every {IDLE_S:.0f} s", "none")
                ) from None
            if message["type"] == "http.disconnect":
                return
            more = message.get("more_body", False)
            await self._take(message.get("body", b""))

    async def _take(self, data: bytes) -> None:
        room = self._turn.length - self._turn.offset - self._part.written - len(self._waiting)
        self._waiting += data[:room]
        if len(data) > room:
            expected = f"{self._turn.length} bytes in all"
            raise TooLarge(Refusal("beyond_length", "More bytes than the upload has left.", "", expected, "more"))
        if len(self._waiting) >= PIECE_BYTES:
            await self._write()
        if self._part.written - self._counted >= COMMIT_BYTES:
            await self.commit()

    async def _write(self) -> None:
        data, self._waiting = bytes(self._waiting), bytearray()
        await in_thread(self._part.write, data)

    async def commit(self) -> int:
        """Sync what came and count it; returns the new offset."""
        if self._waiting:
            await self._write()
        await in_thread(self._part.sync)
        self._counted = self._part.written
        return await in_thread(commit_part, self._turn, written=self._counted)

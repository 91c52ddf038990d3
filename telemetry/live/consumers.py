"""The live sockets: thin edges between a WebSocket and its seat at the hub."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from telemetry.live.close_codes import REASONS, CloseCode
from telemetry.live.listening import hub_of_process
from telemetry.live.rights import may_keep, owner_of
from telemetry.live.seat import Resume, Seat
from telemetry.live.threads import in_thread
from testcentre.accounts.authenticate import SUBPROTOCOL, asker_of_scope

log = logging.getLogger(__name__)

LONGEST_POSITION = 18


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Accept a socket, seat it, and send what the hub has for it; what the client says is ignored."""

    _serving: asyncio.Task[None] | None = None

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        """Handle one message of the server, without Channels' look at the database before each of them."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def connect(self) -> None:
        """Accept first, so that a refusal has a code that a browser can see; then serve, or close."""
        await self.accept(subprotocol=next((p for p in self.scope["subprotocols"] if p.startswith(SUBPROTOCOL)), None))
        self._serving = asyncio.create_task(self._serve())

    async def disconnect(self, code: int) -> None:
        """Stop serving a socket that is gone."""
        if self._serving is not None:
            self._serving.cancel()

    async def _serve(self) -> None:
        try:
            await self._end(await self._watch())
        except OSError:  # the client went away in the middle of a frame
            return
        except Exception:  # the outermost frame of a socket: nobody else would close it
            log.exception("a live socket failed")
            await self._end(CloseCode.OUR_FAULT)

    async def _watch(self) -> CloseCode:
        try:
            seat = await in_thread(self._seat)
        except DatabaseError:
            return CloseCode.TRY_AGAIN_LATER
        if isinstance(seat, CloseCode):
            return seat
        hub = hub_of_process()
        hub.join(seat)
        try:
            return await seat.serve(self._send_text, hub.opening)
        finally:
            hub.leave(seat)

    def _seat(self) -> Seat | CloseCode:
        asker = asker_of_scope(self.scope)
        if asker is None:
            return CloseCode.NOT_SIGNED_IN
        flight = self.scope["url_route"]["kwargs"].get("flight")
        seat = Seat(
            asker,
            flight=str(flight) if flight else None,
            organisation_id=owner_of(flight) if isinstance(flight, UUID) else None,
            resume=resume_of(self.scope["query_string"]),
        )
        return seat if may_keep(seat, asker) else CloseCode.NOT_YOURS

    async def _send_text(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

    async def _end(self, code: CloseCode) -> None:
        """Close, once the client reads again or is gone: the server's own pings see to that it is one of the two.

        To give up earlier would leave a socket that is open and silent for ever.
        """
        await self.base_send({"type": "websocket.close", "code": int(code), "reason": REASONS[code]})


class NowhereConsumer(LiveConsumer):
    """Close a socket to an address that is not there, as one that is not yours."""

    async def _watch(self) -> CloseCode:
        return CloseCode.NOT_YOURS


def resume_of(query: bytes) -> Resume | None:
    """Return what `?epoch=&position=` says that the client has; None when it is not said, or no such thing."""
    asked = parse_qs(query.decode("latin-1"))
    epoch, position = asked.get("epoch", [""])[0], asked.get("position", [""])[0]
    if not (position.isascii() and position.isdigit() and len(position) <= LONGEST_POSITION):
        return None
    return Resume(epoch, int(position))

"""The ASGI application's doors: live sockets, telemetry ingest, uploads, and everything else to Django."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "testcentre.settings")

from django.core.asgi import get_asgi_application

django_app = get_asgi_application()  # first: it loads the apps that the doors' modules need

from telemetry.api.ingest import INGEST_PATH, ingest_app  # noqa: E402
from telemetry.api.ingest_door import close_door  # noqa: E402
from telemetry.api.ingest_socket import INGEST_SOCKET_PATH, ingest_socket_app  # noqa: E402
from telemetry.api.uploads import UPLOAD_PATH, uploads_app  # noqa: E402
from telemetry.live.routing import live_app  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a connection to its door."""
    if scope["type"] == "websocket" and INGEST_SOCKET_PATH.fullmatch(scope["path"]):
        await ingest_socket_app(scope, receive, send)
    elif scope["type"] == "websocket":
        await live_app(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["method"] == "POST" and INGEST_PATH.fullmatch(scope["path"]):
        await ingest_app(scope, receive, send)
    elif UPLOAD_PATH.fullmatch(scope["path"]):
        await uploads_app(scope, receive, send)
    else:
        await django_app(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    """Say yes to the server's start and stop; the doors open what they need on first use."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await close_door()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

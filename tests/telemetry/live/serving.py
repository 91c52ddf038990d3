"""A real server with the live sockets, and a client that reads their frames."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from telemetry.live.routing import live_app

Frame = dict[str, Any]


class Server:
    """Serve the live sockets as `testcentre web` does; `restart` makes another process of it, as far as a hub knows."""

    def __init__(self) -> None:
        self._sockets = ExitStack()
        self.start()

    def start(self) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            live_app, lifespan="off", ws="websockets-sansio", ws_per_message_deflate=False, log_level="warning"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listening],))
        self._thread.start()

    def stop(self) -> None:
        self._sockets.close()
        self._server.should_exit = True
        self._thread.join()

    def restart(self) -> None:
        self.stop()
        self.start()

    def open(
        self, path: str, key: str | None = None, *, cookie: str = "", is_narrow: bool = False, **more: Any
    ) -> "Socket":
        """Open a socket; a narrow one takes in next to nothing that the test does not read."""
        if is_narrow:
            more |= {"max_queue": 1, "sock": self._narrow_connection()}
        headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
        headers |= {"Cookie": cookie} if cookie else {}
        opening = connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers=headers,
            compression=None,
            max_size=None,
            **{"max_queue": None, **more},
        )
        return Socket(self._sockets.enter_context(opening))

    def _narrow_connection(self) -> socket.socket:
        narrow = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        narrow.connect(("127.0.0.1", self.port))
        return narrow


class Socket:
    """Read the frames of a live socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def frame(self, timeout: float = 5) -> Frame:
        found: Frame = json.loads(self.connection.recv(timeout=timeout))
        return found

    def opening(self) -> Frame:
        """Return the first frame; before it a busy machine may say that for now nothing is known."""
        return self.wait_for(lambda frame: frame["type"] != "unknown")

    def wait_for(self, test: Callable[[Frame], Any], seconds: float = 5) -> Frame:
        end = time.monotonic() + seconds
        while True:
            frame = self.frame(max(0.01, end - time.monotonic()))
            if test(frame):
                return frame

    def frames(self, seconds: float) -> Iterator[Frame]:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                yield self.frame(left)
            except TimeoutError:
                return

    def events(self, count: int, seconds: float = 5) -> list[Frame]:
        return [self.wait_for(lambda frame: frame["type"] == "event", seconds) for _ in range(count)]

    def close_code(self, seconds: float = 8) -> int:
        end = time.monotonic() + seconds
        try:
            while True:
                self.frame(max(0.01, end - time.monotonic()))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

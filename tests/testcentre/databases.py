"""Databases that are not fit: where new connections go for the length of a block."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def gone() -> Iterator[None]:
    """Have new connections find nobody."""
    with _at("/nowhere", connection.settings_dict["PORT"]):
        yield


@contextmanager
def frozen() -> Iterator[None]:
    """Have new connections taken by somebody who never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening, _at("127.0.0.1", str(listening.getsockname()[1])):
        yield


@contextmanager
def _at(host: str, port: str) -> Iterator[None]:
    place = connection.settings_dict
    before = {name: place[name] for name in ("HOST", "PORT")}
    place.update(HOST=host, PORT=port)
    try:
        yield
    finally:
        place.update(before)

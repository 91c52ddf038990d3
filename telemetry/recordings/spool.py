"""The spool: where uploads lie in parts until they are whole. All web processes share the folder `SPOOL_DIR`.

A part is `SPOOL_DIR/UPLOAD/TOKEN`; only the PATCH that was given the token writes it. How many bytes of it count is
told by the upload's row alone, after they were synced.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self
from uuid import UUID

from django.conf import settings

from telemetry.recordings import store


def folder_of(upload_id: UUID) -> Path:
    """Return the folder of an upload's parts."""
    return Path(settings.SPOOL_DIR) / str(upload_id)


class Part:
    """The part that one PATCH writes."""

    def __init__(self, upload_id: UUID, token: int) -> None:
        folder = folder_of(upload_id)
        with store.no_room_told():
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / str(token)).open("wb", buffering=0)
        self.written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        """Add bytes; they count only after `sync` and the commit of the row.

        Raises:
            StorageFull: no room for all of them.
        """
        with store.no_room_told():
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]
        self.written += len(data)

    def sync(self) -> None:
        """Return once all bytes, and the part's name, are on disk."""
        with store.no_room_told():
            os.fsync(self._file.fileno())
            handle = os.open(Path(self._file.name).parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def pieces(upload_id: UUID, parts: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """Read an upload's bytes in order; `parts` are (token, bytes that count).

    Raises:
        FileNotFoundError: the parts are gone: somebody else has finished or removed the upload.
    """
    for token, length in parts:
        left = length
        with (folder_of(upload_id) / str(token)).open("rb") as file:
            while left and (piece := file.read(min(store.PIECE_BYTES, left))):
                left -= len(piece)
                yield piece


def remove(upload_id: UUID) -> None:
    """Remove all parts of an upload; fine when there are none."""
    shutil.rmtree(folder_of(upload_id), ignore_errors=True)

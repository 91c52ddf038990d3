"""The object store: content under the SHA-256 of its bytes, written once, never changed.

It is a local folder, or a bucket of an S3-compatible store where `OBJECTS_URL` names one; whoever uses this module sees
no difference. Content is first written to a temporary file of this machine, hashed on the way, and then given its name:
what has a name is whole and safe. Putting the same content twice keeps one object. An object that nothing refers to
(its transaction was rolled back) stays until `sweep` removes it after a day.
"""

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings

from telemetry.recordings.store.folder import TEMPORARY, Folder, sweep_temporary
from testcentre.foundation.errors import Refusal, StorageFull

PIECE_BYTES = 256 * 1024
ORPHAN_AGE_S = 24 * 3600.0
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class Place(Protocol):
    """Where objects are: a folder or a bucket."""

    def name(self, temporary: Path, sha256: str, *, replace: bool) -> None:
        """Give whole, synced content its name, and make it young where it is there already.

        With `replace` what has the name is written anew.

        Raises:
            Unavailable: the store does not answer.
        """

    def open(self, sha256: str) -> IO[bytes]:
        """Open an object for reading, also from its middle.

        Raises:
            FileNotFoundError: there is none. Unavailable: the store does not answer, also while it is read.
        """

    def sweep(self, is_referred: Callable[[str], bool], *, older_than_s: float) -> int:
        """Remove objects that nothing refers to and that are older; return how many."""


def place() -> Place:
    """Return the place that the settings name."""
    if settings.OBJECTS_URL:
        from telemetry.recordings.store import bucket  # noqa: PLC0415 — its client costs time that a folder need not pay

        return bucket.of(
            settings.OBJECTS_URL,
            endpoint=settings.OBJECTS_ENDPOINT,
            region=settings.OBJECTS_REGION,
            access_key=settings.OBJECTS_ACCESS_KEY,
            secret_key=settings.OBJECTS_SECRET_KEY,
        )
    return Folder(Path(settings.OBJECTS_DIR))


def path_of(sha256: str) -> Path:
    """Return where an object of the local folder lies, whether it is there or not."""
    return Folder(Path(settings.OBJECTS_DIR)).path_of(sha256)


def put(pieces: Iterable[bytes], *, replace: bool = False) -> tuple[str, int]:
    """Store content and return its SHA-256 in hex and its size in bytes, once it is safe.

    With `replace` also where an object of that name is there: its bytes may be damaged.

    Raises:
        StorageFull: no room; nothing is left behind. Unavailable: the store does not answer.
    """
    digest, size = hashlib.sha256(), 0
    with no_room_told():
        handle, name = tempfile.mkstemp(dir=_temporary_folder())
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in pieces:
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            place().name(Path(name), digest.hexdigest(), replace=replace)
        finally:
            Path(name).unlink(missing_ok=True)
    return digest.hexdigest(), size


def read(sha256: str) -> bytes:
    """Return a whole object; for small ones, such as chunks.

    Raises:
        FileNotFoundError, Unavailable: as `open_object`.
    """
    with open_object(sha256) as file:
        return file.read()


def open_object(sha256: str) -> IO[bytes]:
    """Open an object for reading, also from its middle.

    Raises:
        FileNotFoundError: there is none. Unavailable: the store does not answer, also while it is read.
    """
    return place().open(sha256)


def unnamed_file() -> IO[bytes]:
    """Return a temporary file without a name, for one answer: it vanishes when closed, however that comes about."""
    return tempfile.TemporaryFile(dir=_temporary_folder())


@contextlib.contextmanager
def no_room_told() -> Iterator[None]:
    """Turn a full disk into StorageFull; every other fault of the disk stays what it is."""
    try:
        yield
    except OSError as problem:
        if problem.errno not in NO_ROOM:
            raise
        raise StorageFull(
            Refusal("storage_full", "There is no room to keep more; nothing was stored.", remedy="Make room, or wait."),
            retry_after_s=60,
        ) from problem


def sweep(is_referred: Callable[[str], bool], *, older_than_s: float = ORPHAN_AGE_S) -> int:
    """Remove objects and temporary files that nothing refers to and that are older than a day; return how many."""
    left = sweep_temporary(_temporary_folder(), older_than_s=older_than_s)
    return left + place().sweep(is_referred, older_than_s=older_than_s)


def _temporary_folder() -> Path:
    temporary = Path(settings.OBJECTS_DIR) / TEMPORARY
    temporary.mkdir(parents=True, exist_ok=True)
    return temporary

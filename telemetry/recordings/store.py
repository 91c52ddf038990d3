"""The object store: files under the SHA-256 of their content, written once, never changed.

A local folder, `OBJECTS_DIR/ab/cd/abcd…`. What has a name is whole and on disk: content is written to a temporary file,
synced, renamed, and the folder synced. Putting the same content twice keeps one object. An object that nothing refers
to (its transaction was rolled back) stays until `sweep` removes it after a day.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from django.conf import settings

from testcentre.foundation.errors import Refusal, StorageFull

TEMPORARY = "tmp"
PIECE_BYTES = 256 * 1024
ORPHAN_AGE_S = 24 * 3600.0
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def root() -> Path:
    """Return the store's folder."""
    return Path(settings.OBJECTS_DIR)


def path_of(sha256: str) -> Path:
    """Return where the object with this hash lies, whether it is there or not."""
    return root() / sha256[:2] / sha256[2:4] / sha256


def put(pieces: Iterable[bytes], *, replace: bool = False) -> tuple[str, int]:
    """Store content and return its SHA-256 in hex and its size in bytes, once it is on disk.

    With `replace` also where an object of that name is there: its bytes may be damaged.

    Raises:
        StorageFull: no room; nothing is left behind.
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
            _name(Path(name), path_of(digest.hexdigest()), replace=replace)
        finally:
            Path(name).unlink(missing_ok=True)
    return digest.hexdigest(), size


def read(sha256: str) -> bytes:
    """Return a whole object; for small ones, such as chunks."""
    return path_of(sha256).read_bytes()


def open_object(sha256: str) -> IO[bytes]:
    """Open an object for reading."""
    return path_of(sha256).open("rb")


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
    limit, removed = time.time() - older_than_s, 0
    for path in _files():
        is_object = path.parent.name != TEMPORARY
        if path.stat().st_mtime < limit and not (is_object and is_referred(path.name)):
            with _locked(path.parent, fcntl.LOCK_EX):
                # Put again meanwhile: then its age is young again, and somebody is about to refer to it.
                if path.stat().st_mtime < limit:
                    path.unlink()
                    removed += 1
    return removed


def _files() -> Iterator[Path]:
    for path in root().rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                yield path


def _temporary_folder() -> Path:
    folder = root() / TEMPORARY
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _name(temporary: Path, final: Path, *, replace: bool) -> None:
    """Give synced content its name; where it has one already, make that young, so that no sweep takes it."""
    if not final.parent.is_dir():
        final.parent.mkdir(parents=True, exist_ok=True)
        _sync_folder(final.parent.parent)
        _sync_folder(final.parent.parent.parent)
    with _locked(final.parent, fcntl.LOCK_SH):
        if final.exists() and not replace:
            os.utime(final)
            return
        temporary.rename(final)
        _sync_folder(final.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)

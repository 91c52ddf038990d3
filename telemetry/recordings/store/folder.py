"""Objects in a local folder, `OBJECTS_DIR/ab/cd/abcd…`: content is renamed into its place, the folders are synced."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

TEMPORARY = "tmp"


class Folder:
    """A folder of objects; its temporary files must lie in the same file system."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path_of(self, sha256: str) -> Path:
        """Return where the object with this hash lies, whether it is there or not."""
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def name(self, temporary: Path, sha256: str, *, replace: bool) -> None:
        """Give synced content its name; where it has one already, make that young, so that no sweep takes it."""
        final = self.path_of(sha256)
        if not final.parent.is_dir():
            final.parent.mkdir(parents=True, exist_ok=True)
            _sync_folder(final.parent.parent)
            _sync_folder(self._root)
        with _locked(final.parent, fcntl.LOCK_SH):
            if final.exists() and not replace:
                os.utime(final)
                return
            temporary.rename(final)
            _sync_folder(final.parent)

    def open(self, sha256: str) -> IO[bytes]:
        """Open an object for reading."""
        return self.path_of(sha256).open("rb")

    def sweep(self, is_referred: Callable[[str], bool], *, older_than_s: float) -> int:
        """Remove objects that nothing refers to and that are older; return how many."""
        limit, removed = time.time() - older_than_s, 0
        for path in _files(self._root):
            is_object = path.parent.name != TEMPORARY
            if is_object and path.stat().st_mtime < limit and not is_referred(path.name):
                removed += _remove(path, limit=limit)
        return removed


def sweep_temporary(temporary: Path, *, older_than_s: float) -> int:
    """Remove temporary files that killed processes left; return how many."""
    limit = time.time() - older_than_s
    old = [path for path in _files(temporary) if path.stat().st_mtime < limit]
    return sum(_remove(path, limit=limit) for path in old)


def _remove(path: Path, *, limit: float) -> bool:
    with _locked(path.parent, fcntl.LOCK_EX):
        # Put again meanwhile: then its age is young again, and somebody is about to refer to it.
        if path.stat().st_mtime >= limit:
            return False
        path.unlink()
        return True


def _files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                yield path


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

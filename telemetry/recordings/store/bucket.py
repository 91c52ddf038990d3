"""Objects in a bucket of an S3-compatible store: `PREFIX/ab/cd/abcd…`.

Small content goes in one request that writes only where nothing is (If-None-Match: *), larger in parts of 8 MiB that
become an object together. Reads are ranged, 1 MiB each, so that a slow reader holds no request open; `read` takes a
small object whole.

A sweep and a put of the same content meet under an advisory lock of the database: the sweep looks at an object's age
again and removes it under the lock; the put looks afterwards whether the object is there, and writes it again if not.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

import obstore
from django.db import connection, transaction
from obstore import exceptions as faults
from obstore.store import S3Store

from testcentre.foundation.errors import Unavailable

if TYPE_CHECKING:
    from obstore import ObjectMeta

PART_BYTES = 8 * 1024 * 1024
PARTS_AT_ONCE = 4
READ_BYTES = 1024 * 1024
# What is older is written again when it is put: a day-old orphan may be about to be swept.
YOUNG = timedelta(hours=12)
MOST_TURNS = 5
# A chunk is closed within a transaction of the drain: that must not hang with the store.
CONNECT_S, REQUEST_S = 3, 30
RETRY_S, RETRIES = 10, 3
SWEEPING = 0x5A3  # the class of our advisory locks


@lru_cache(maxsize=8)
def of(url: str, *, endpoint: str, region: str, access_key: str, secret_key: str) -> "Bucket":
    """Return the bucket that `s3://BUCKET/PREFIX` names; one per process, as it keeps connections.

    Without an endpoint it is Amazon's; without keys the machine's own credentials are used (web identity, container
    and instance roles).
    """
    parts = urlsplit(url)
    given = {"endpoint": endpoint, "access_key_id": access_key, "secret_access_key": secret_key}
    more: dict[str, Any] = {name: value for name, value in given.items() if value}
    store = S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        region=region,
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=CONNECT_S),
            "timeout": timedelta(seconds=REQUEST_S),
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_S)},
        **more,
    )
    return Bucket(store)


class Bucket:
    """A bucket, or the part of one below a prefix."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    def name(self, temporary: Path, sha256: str, *, replace: bool) -> None:
        """Write content under its name, unless it is there and young; return once it is there for good."""
        key = _key_of(sha256)
        with _faults_told(), _bucket_is_there():
            if replace:
                self._write(key, temporary, is_new=False)
            for _ in range(MOST_TURNS):
                there = self._head(key)
                if there is None or datetime.now(UTC) - there["last_modified"] > YOUNG:
                    self._write(key, temporary, is_new=there is None)
                with _lock(sha256, "SELECT pg_advisory_xact_lock_shared(%s, %s)"):
                    if self._head(key) is not None:
                        return
        raise Unavailable(detail=f"The object {sha256} vanishes as often as it is written.", retry_after_s=60)

    def open(self, sha256: str) -> IO[bytes]:
        """Open an object; each read of up to 1 MiB is a request of its own."""
        with _faults_told():
            there = self._head(_key_of(sha256))
        if there is None:
            raise FileNotFoundError(f"the store has no object {sha256}")
        return io.BufferedReader(_Object(self._store, _key_of(sha256), there["size"]), READ_BYTES)

    def sweep(self, is_referred: Callable[[str], bool], *, older_than_s: float) -> int:
        """Remove objects that nothing refers to and that are older; return how many."""
        limit, removed = datetime.now(UTC) - timedelta(seconds=older_than_s), 0
        with _faults_told():
            for page in obstore.list(self._store):
                for one in page:
                    sha256 = one["path"].rpartition("/")[2]
                    if one["last_modified"] < limit and one["path"] == _key_of(sha256) and not is_referred(sha256):
                        removed += self._remove(sha256, limit=limit)
        return removed

    def _remove(self, sha256: str, *, limit: datetime) -> bool:
        with _lock(sha256, "SELECT pg_try_advisory_xact_lock(%s, %s)") as is_ours:
            there = self._head(_key_of(sha256)) if is_ours else None
            if there is None or there["last_modified"] >= limit:
                return False
            obstore.delete(self._store, _key_of(sha256))
            return True

    def _write(self, key: str, content: Path, *, is_new: bool) -> None:
        if content.stat().st_size > PART_BYTES:
            obstore.put(self._store, key, content, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE)
        elif not is_new:
            obstore.put(self._store, key, content, use_multipart=False)
        else:
            try:
                obstore.put(self._store, key, content, mode="create")
            except faults.AlreadyExistsError:
                pass  # somebody else was first, with the same bytes
            except faults.NotSupportedError:
                obstore.put(self._store, key, content, use_multipart=False)

    def _head(self, key: str) -> "ObjectMeta | None":
        try:
            return obstore.head(self._store, key)
        except FileNotFoundError:
            return None


class _Object(io.RawIOBase):
    """An object as a file that can be read from any place."""

    def __init__(self, store: S3Store, key: str, size: int) -> None:
        self._store, self._key, self._size, self._at = store, key, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self._next(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        # one request: the base class would ask for 8 KiB at a time
        return bytes(self._next(self._size))

    def _next(self, most: int) -> memoryview:
        wanted = min(most, self._size - self._at)
        if wanted <= 0:
            return memoryview(b"")
        with _faults_told():
            data = memoryview(obstore.get_range(self._store, self._key, start=self._at, length=wanted))
        self._at += len(data)
        return data


def _key_of(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


@contextmanager
def _lock(sha256: str, statement: str) -> Iterator[bool]:
    """Take the object's advisory lock for as long as the block, or the caller's transaction, lasts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [SWEEPING, int(sha256[:8], 16) - 2**31])
        yield cursor.fetchone()[0] is not False


@contextmanager
def _bucket_is_there() -> Iterator[None]:
    """Tell a write that finds no place as what it is: there is no such bucket."""
    try:
        yield
    except FileNotFoundError as problem:
        raise Unavailable(detail=f"The object store has no such bucket: {_first_line(problem)}") from problem


@contextmanager
def _faults_told() -> Iterator[None]:
    """Tell a store that does not answer, or refuses us, as Unavailable: never as the fault of what was to be kept."""
    try:
        yield
    except faults.BaseError as problem:
        reason = _first_line(problem)
        raise Unavailable(detail=f"The object store does not do its work: {reason}", retry_after_s=10) from problem


def _first_line(problem: Exception) -> str:
    return str(problem).strip().partition("\n")[0][:300]

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.recordings import store
from testcentre.foundation.errors import StorageFull

OLD = 1_000_000_000


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_content_lies_under_its_hash() -> None:
    sha256, size = store.put([b"some", b"", b"thing"])

    assert (sha256, size) == (hashlib.sha256(b"something").hexdigest(), 9)
    assert store.read(sha256) == b"something"


def test_the_same_content_is_one_object(objects: Path) -> None:
    store.put([b"a"])
    store.put([b"a"])

    assert files_in(objects) == [store.path_of(hashlib.sha256(b"a").hexdigest())]


def test_content_that_fails_half_way_leaves_nothing(objects: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StorageFull):
        store.put(broken())

    assert files_in(objects) == []


def test_another_fault_of_the_disk_is_not_told_as_a_full_one() -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        store.put(broken())


def test_an_old_object_that_nothing_refers_to_is_swept_and_others_stay(objects: Path) -> None:
    orphan, kept, young = (store.put([content])[0] for content in (b"orphan", b"kept", b"young"))
    for sha256 in (orphan, kept):
        os.utime(store.path_of(sha256), (OLD, OLD))

    assert store.sweep(lambda sha256: sha256 == kept) == 1

    assert files_in(objects) == sorted([store.path_of(kept), store.path_of(young)])


def test_an_orphan_that_is_put_again_while_the_sweep_looks_stays(objects: Path) -> None:
    orphan, _ = store.put([b"orphan"])
    os.utime(store.path_of(orphan), (OLD, OLD))

    def asked(_: str) -> bool:
        store.put([b"orphan"])  # its transaction has not committed yet: no row refers to it
        return False

    assert store.sweep(asked) == 0
    assert files_in(objects) == [store.path_of(orphan)]


def test_old_temporary_files_are_swept(objects: Path) -> None:
    (objects / store.TEMPORARY).mkdir(parents=True)
    left = objects / store.TEMPORARY / "left by a killed process"
    left.write_bytes(b"x")
    os.utime(left, (OLD, OLD))

    assert store.sweep(lambda _: True) == 1
    assert files_in(objects) == []

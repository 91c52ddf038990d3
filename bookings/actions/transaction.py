"""The transaction of every action on bookings: the site's lock first, the constraint last, deadlocks tried again."""

import datetime as dt
import random
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

from bookings.claims.freed import Freed, collecting_freed, take_freed
from bookings.models import NO_OVERLAP, locked_site
from testcentre.foundation.errors import Clash, Refusal, Unavailable

Result = TypeVar("Result")

TRIES = 4
_servers: list[Callable[[Sequence[Freed], dt.datetime], None]] = []
_EXCLUSION_VIOLATION = "23P01"
_DEADLOCK, _SERIALIZATION, _LOCK_TIMEOUT = "40P01", "40001", "55P03"


def in_site_transaction(work: Callable[[], Result]) -> Result:
    """Run `work` in one transaction (READ COMMITTED) that holds the site's lock from its first statement on.

    What `work` gives back is offered to those who wait for it before the transaction commits.

    Raises:
        Clash: the ledger's constraint refused what `work` wrote.
        Unavailable: the lock was not to be had in time (settings: lock_timeout).
        Whatever `work` raises; the transaction is then undone and the lock free.
    """
    for tried in range(1, TRIES + 1):
        try:
            with transaction.atomic(), locked_site(), collecting_freed():
                result = work()
                if freed := take_freed():
                    _serve(freed, freed[-1].now)
                return result
        except IntegrityError as error:
            raise _refusal_of(error) from error
        except OperationalError as error:
            if _state_of(error) == _LOCK_TIMEOUT:
                raise _busy() from error
            if _state_of(error) not in {_DEADLOCK, _SERIALIZATION} or tried == TRIES:
                raise
            time.sleep(random.uniform(0, 0.05 * tried))  # noqa: S311 - so that two don't meet again
    raise _busy()


def serve_waiting(*, now: dt.datetime) -> None:
    """Let those who wait have what was given back so far in this transaction, and what was left for later.

    For whoever frees something and then claims: who waited comes first.
    """
    _serve(take_freed(), now)


def let_serve(server: Callable[[Sequence[Freed], dt.datetime], None]) -> None:
    """Name who serves those who wait, within the transaction that frees something and before it commits."""
    _servers[:] = [server]


def _serve(freed: Sequence[Freed], now: dt.datetime) -> None:
    for server in _servers:
        server(freed, now)


def _refusal_of(error: IntegrityError) -> Exception:
    if _state_of(error) != _EXCLUSION_VIOLATION or _constraint_of(error) != NO_OVERLAP:
        return error
    return Clash(
        Refusal(
            "just_taken",
            "Somebody else was granted a part of this a moment ago.",
            expected="free",
            got="busy",
            remedy="Ask again: the answer then says what is taken.",
        )
    )


def _busy() -> Unavailable:
    return Unavailable(
        Refusal("site_is_busy", "Too many bookings are being decided at once.", remedy="Try again in a second."),
        retry_after_s=1,
    )


def _state_of(error: Exception) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)


def _constraint_of(error: Exception) -> str | None:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None)

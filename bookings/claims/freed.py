"""What a transaction has given back so far: whoever waits for it is looked up before the transaction commits."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Freed:
    """One claim that ended: its key and period (PostgreSQL's tstzrange notation), and when it was given back."""

    key: int
    period: str
    now: dt.datetime


_given_back: ContextVar[list[Freed] | None] = ContextVar("given_back", default=None)


@contextmanager
def collecting_freed() -> Iterator[None]:
    """Collect what is given back inside; what was collected outside is left alone."""
    token = _given_back.set([])
    try:
        yield
    finally:
        _given_back.reset(token)


def note_freed(freed: Iterable[Freed]) -> None:
    """Note what was given back; outside of `collecting_freed` nobody asks for it."""
    collected = _given_back.get()
    if collected is not None:
        collected.extend(freed)


def take_freed() -> list[Freed]:
    """Return what was given back since it was taken last."""
    collected = _given_back.get()
    if not collected:
        return []
    taken = list(collected)
    collected.clear()
    return taken

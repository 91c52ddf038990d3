"""Set algebra of half-open periods ``[start, end)``."""

import datetime as dt
from collections.abc import Iterable

from bookings.rules.facts import Period


def merged(periods: Iterable[Period]) -> list[Period]:
    """Return the union in order; touching periods become one, empty ones vanish."""
    union: list[Period] = []
    for start, end in sorted(period for period in periods if period[0] < period[1]):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def common(ours: Iterable[Period], theirs: Iterable[Period]) -> list[Period]:
    """Return what lies in both, in order."""
    left, right = merged(ours), merged(theirs)
    shared: list[Period] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            shared.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return shared


def covers(periods: Iterable[Period], *, start: dt.datetime, end: dt.datetime) -> bool:
    """Say whether one of the merged periods holds all of ``[start, end)``."""
    return any(begins <= start and end <= ends for begins, ends in merged(periods))


def contains(periods: Iterable[Period], moment: dt.datetime) -> bool:
    """Say whether the moment lies in one of the periods."""
    return any(start <= moment < end for start, end in periods)

"""When to try again: further and further apart, over about a day, and never all at once."""

import datetime as dt
import random

WEBHOOK_DELAYS_S = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600, 28800)  # 21.7 h, with jitter up to 26 h
MAIL_DELAYS_S = (60, 300, 1800, 7200, 21600, 43200)  # 20.6 h, with jitter up to 25 h
_JITTER = 0.2


def next_try(delays_s: tuple[int, ...], *, tried: int, now: dt.datetime) -> dt.datetime | None:
    """Return when to try again after `tried` attempts, up to a fifth later than the plan; None: give up."""
    if not 1 <= tried <= len(delays_s):
        return None
    return now + dt.timedelta(seconds=delays_s[tried - 1] * random.uniform(1, 1 + _JITTER))  # noqa: S311 — no secret

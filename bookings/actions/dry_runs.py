"""The budget of trials: each company's dry runs and searches are counted by the hour, and the hour stands in the trail.

One row per dry run would drown the trail: it has one for an organisation's first in an hour and one when the budget is
used up, and the table keeps how many there were.
"""

import datetime as dt

from django.db import connection, transaction

from bookings.models import DryRuns, current_site
from testcentre.accounts.asker import Asker
from testcentre.audit.trail import record
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Refusal, Throttled

KEPT_FOR = dt.timedelta(days=90)
HOUR = dt.timedelta(hours=1)
_COUNT = """
    INSERT INTO bookings_dryruns (organisation_id, hour, count) VALUES (%s, %s, 1)
    ON CONFLICT (organisation_id, hour) DO UPDATE SET count = bookings_dryruns.count + 1
    RETURNING count
"""


def count_dry_run(asker: Asker, *, now: dt.datetime) -> None:
    """Count one trial or search of a company; range staff sees everything anyway and is not counted.

    Counted before the question is read, so that what is malformed counts too.

    Raises:
        Throttled: the company's budget of this hour is used up.
    """
    budget = current_site().facts.dry_runs_per_hour
    if asker.is_range or not budget:
        return
    hour = now.replace(minute=0, second=0, microsecond=0)
    count = _count(asker, hour, budget=budget)
    if count <= budget:
        return
    wait_s = int((hour + HOUR - now).total_seconds()) + 1
    raise Throttled(
        Refusal(
            "dry_run_budget",
            "The organisation has asked what would be as often as it may in an hour.",
            "dry_run",
            f"at most {budget} trials and searches an hour",
            count,
            f"Request the slot itself, or ask again at {to_rfc3339(hour + HOUR)}.",
        ),
        retry_after_s=wait_s,
    )


def _count(asker: Asker, hour: dt.datetime, *, budget: int) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [asker.organisation_id, hour])
            (count,) = cursor.fetchone()
        if count in {1, budget + 1}:
            action = "dry_runs.begin" if count == 1 else "dry_runs.used_up"
            details = {"hour": to_rfc3339(hour), "budget": budget}
            record(asker, action, subject=f"organisation:{asker.organisation_id}", details=details)
            DryRuns.objects.filter(organisation_id=asker.organisation_id, hour__lt=hour - KEPT_FOR).delete()
    return int(count)

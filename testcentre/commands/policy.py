"""`policy try`: what another site file, or new time-zone data, would say of the bookings that stand."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from testcentre.commands.base import Commands, django

if TYPE_CHECKING:
    from bookings.actions.try_policy import PolicyTrial


def register(commands: Commands) -> None:
    """Add the command."""
    policy = commands.group("policy", help_text="the site's policy, before it is put in force")
    trying = policy.add("try", try_policy, help_text="judge all standing bookings by a site file; changes nothing")
    trying.add_argument("source", metavar="NAME|FILE", nargs="?", help="without one: the present site, new zone data")
    trying.add_argument("--json", action="store_true", help="print one JSON object")


def try_policy(arguments: argparse.Namespace) -> int:
    """Print what would change; 1 when something would."""
    with django(arguments):
        from bookings.actions.try_policy import try_policy as judge  # noqa: PLC0415 — Django is set up only now
        from testcentre.foundation.clock import utc_now  # noqa: PLC0415

        source = arguments.source
        trial = judge(Path(source) if source and Path(source).suffix else source, now=utc_now())
    print(json.dumps(_body(trial), ensure_ascii=False) if arguments.json else _text(trial))
    return 1 if trial.bookings else 0


def _body(trial: "PolicyTrial") -> dict[str, object]:
    from testcentre.foundation.clock import to_rfc3339  # noqa: PLC0415

    return {
        "site": trial.code,
        "looked_at": trial.looked_at,
        "changes": [
            {
                "booking": str(changed.booking.id),
                "number": changed.number,
                "state": changed.booking.state,
                "start": to_rfc3339(changed.booking.start),
                "end": to_rfc3339(changed.booking.end),
                "refuses": [refusal.as_dict() for refusal in changed.refusals],
                "no_longer_refuses": list(changed.no_longer),
            }
            for changed in trial.bookings
        ],
    }


def _text(trial: "PolicyTrial") -> str:
    lines = [f"site {trial.code}: {trial.looked_at} bookings looked at, {len(trial.bookings)} would change"]
    for changed in trial.bookings:
        lines.append(f"{changed.number}  {changed.booking.start:%Y-%m-%d %H:%M}Z  {changed.booking.state}")
        lines += [f"  refuses {refusal.code}: {refusal.message}" for refusal in changed.refusals]
        lines += [f"  no longer refuses {code}" for code in changed.no_longer]
    return "\n".join(lines)

"""Papers as the API reads and answers them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bookings.api.fields import Day, Field, Id, Number, Text, read_body
from bookings.models import Paper
from bookings.rules.facts import PaperFacts
from bookings.rules.paper_form import paper_faults
from testcentre.foundation.errors import Malformed, Refusal

_CHANGEABLE: dict[str, Field] = {
    "number": Text(most=60, least=1, required=True),
    "issuer": Text(most=120),
    "valid_from": Day(note="Valid on this day too; null: it always was."),
    "valid_until": Day(required=True, note="Valid on this day too."),
    "cover_sdr": Number(above=0, most=1e12, note="Of an insurance: third-party cover, special drawing rights."),
}
PAPER: dict[str, Field] = {
    "aircraft": Id(note="Whose paper it is: an aircraft's, a pilot's, or (neither) the whole organisation's."),
    "pilot": Id(),
    "kind": Text(
        most=40,
        least=1,
        required=True,
        note="insurance, airworthiness, authorisation, operational_authorisation; of pilots as the issuer names it.",
    ),
    **_CHANGEABLE,
}
PAPER_CHANGES = _CHANGEABLE


def read_paper(body: Mapping[str, object]) -> tuple[PaperFacts, dict[str, UUID | None]]:
    """Return a paper of a request body, and whose it is.

    Raises:
        Malformed: every fault of form at once.
    """
    values = read_body(body, PAPER)
    subject = {"aircraft_id": values.pop("aircraft"), "pilot_id": values.pop("pilot")}
    faults: list[Refusal] = []
    if None not in subject.values():
        faults.append(
            Refusal("paper_of_two", "A paper is of one thing.", "pilot", "aircraft or pilot, not both", "both")
        )
    facts = PaperFacts(**values)
    faults.extend(paper_faults(facts, of_pilot=subject["pilot_id"] is not None))
    if faults:
        raise Malformed(*faults)
    return facts, subject


def read_paper_changes(body: Mapping[str, object]) -> dict[str, Any]:
    """Return what a request body changes of a paper.

    Raises:
        Malformed: every fault of form at once.
    """
    return read_body(body, PAPER_CHANGES, partly=True)


def paper_shape(paper: Paper, *, today: dt.date) -> dict[str, Any]:
    """Return a paper as the API answers it; `days_left` is 0 on its last day and negative after it."""
    return {
        "id": str(paper.id),
        **subject_shape(paper),
        "kind": paper.kind,
        "number": paper.number,
        "issuer": paper.issuer,
        "valid_from": paper.valid_from.isoformat() if paper.valid_from else None,
        "valid_until": paper.valid_until.isoformat(),
        "days_left": (paper.valid_until - today).days,
        "cover_sdr": paper.cover_sdr,
    }


def subject_shape(paper: Paper) -> dict[str, Any]:
    """Return whose paper it is: `subject` is aircraft, pilot or organisation, `name` that of the first two."""
    subject = paper.aircraft or paper.pilot
    return {
        "subject": "aircraft" if paper.aircraft_id else "pilot" if paper.pilot_id else "organisation",
        "name": subject.name if subject else None,
        "aircraft": str(paper.aircraft_id) if paper.aircraft_id else None,
        "pilot": str(paper.pilot_id) if paper.pilot_id else None,
    }

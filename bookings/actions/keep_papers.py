"""Papers one by one: add, renew or correct, remove; each looks again at the bookings that the paper counts for."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import F

from bookings.actions.recheck_bookings import recheck
from bookings.actions.transaction import in_site_transaction
from bookings.actions.versions import refuse_other_version
from bookings.models import Aircraft, Paper, Pilot
from bookings.queries.access import access_paper, aircraft_of, pilots_of
from bookings.queries.papers import bookings_with, of_subject
from bookings.rules.facts import PaperFacts
from bookings.rules.paper_form import paper_faults
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import Malformed, Refusal, Refused

MOST_PAPERS = 200  # of one aircraft, pilot, or organisation as a whole


def add_paper(
    asker: Asker,
    facts: PaperFacts,
    *,
    now: dt.datetime,
    aircraft_id: UUID | None = None,
    pilot_id: UUID | None = None,
) -> Paper:
    """Add a paper to an aircraft, a pilot, or (neither) the organisation.

    Raises:
        Forbidden: the asker's role may not write the fleet.
        Malformed: the organisation has no such aircraft or pilot.
        Refused: there are 200 papers of it already.
    """
    asker.require(Permission.WRITE_FLEET)

    def work() -> Paper:
        _refuse_unknown(asker, aircraft_id=aircraft_id, pilot_id=pilot_id)
        subject = of_subject(organisation_id=asker.organisation_id, aircraft_id=aircraft_id, pilot_id=pilot_id)
        count = Paper.objects.filter(subject).count()
        if count >= MOST_PAPERS:
            raise Refused(_too_many(count))
        paper = Paper.objects.create(
            organisation_id=asker.organisation_id,
            aircraft_id=aircraft_id,
            pilot_id=pilot_id,
            kind=facts.kind,
            number=facts.number,
            issuer=facts.issuer,
            valid_from=facts.valid_from,
            valid_until=facts.valid_until,
            cover_sdr=facts.cover_sdr,
        )
        _tell(asker, paper, "paper.add", now=now)
        return access_paper(asker, paper.id)

    return in_site_transaction(work)


def change_paper(
    asker: Asker, paper_id: UUID, changes: Mapping[str, Any], *, now: dt.datetime, version: int | None
) -> Paper:
    """Renew or correct a paper: `number`, `issuer`, `valid_from`, `valid_until`, `cover_sdr`.

    Raises:
        NotFound: the organisation has no such paper.
        Forbidden: the asker's role may not write the fleet.
        PreconditionFailed: the paper has changed since that version.
        Malformed: it would end before it begins, or say a cover where there is none.
    """

    def work() -> Paper:
        paper = access_paper(asker, paper_id)
        asker.require(Permission.WRITE_FLEET)
        refuse_other_version(paper.version, read=version)
        for name, value in changes.items():
            setattr(paper, name, value)
        faults = list(paper_faults(paper.facts, of_pilot=paper.pilot_id is not None))
        if faults:
            raise Malformed(*faults)
        paper.version += 1
        paper.save()
        _tell(asker, paper, "paper.change", now=now, fields=sorted(changes))
        return paper

    return in_site_transaction(work)


def remove_paper(asker: Asker, paper_id: UUID, *, now: dt.datetime, version: int | None) -> None:
    """Remove a paper.

    Raises:
        NotFound, Forbidden, PreconditionFailed: as `change_paper`.
    """

    def work() -> None:
        paper = access_paper(asker, paper_id)
        asker.require(Permission.WRITE_FLEET)
        refuse_other_version(paper.version, read=version)
        Paper.objects.filter(pk=paper_id).delete()
        _tell(asker, paper, "paper.remove", now=now)

    in_site_transaction(work)


def _tell(asker: Asker, paper: Paper, action: str, *, now: dt.datetime, fields: list[str] | None = None) -> None:
    """Write the trail, let the subject's version rise (its answer shows its papers), and look at its bookings."""
    subject = paper.aircraft_id or paper.pilot_id or paper.organisation_id
    details = {"subject": str(subject), **({"fields": fields} if fields else {})}
    record(asker, action, subject=f"paper:{paper.id}", details=details)
    if paper.aircraft_id is not None:
        Aircraft.objects.filter(pk=paper.aircraft_id).update(version=F("version") + 1)
    if paper.pilot_id is not None:
        Pilot.objects.filter(pk=paper.pilot_id).update(version=F("version") + 1)
    which = bookings_with(organisation_id=paper.organisation_id, aircraft_id=paper.aircraft_id, pilot_id=paper.pilot_id)
    recheck(which, asker=asker, now=now)


def _refuse_unknown(asker: Asker, *, aircraft_id: UUID | None, pilot_id: UUID | None) -> None:
    for name, its_id, own in (
        ("aircraft", aircraft_id, aircraft_of(asker)),
        ("pilot", pilot_id, pilots_of(asker)),
    ):
        if its_id is not None and not own.filter(pk=its_id).exists():
            raise Malformed(
                Refusal(
                    f"unknown_{name}", f"The organisation has no {name} {its_id}.", name, "one of its own", str(its_id)
                )
            )


def _too_many(count: int) -> Refusal:
    return Refusal(
        "too_many_papers",
        f"There are {count} papers already.",
        expected=f"at most {MOST_PAPERS} papers of one aircraft, pilot or organisation",
        got=count,
        remedy="Remove those that have ended.",
    )

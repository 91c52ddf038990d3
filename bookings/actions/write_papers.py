"""Write the papers that an aircraft or pilot is entered with; in the caller's transaction."""

from collections.abc import Sequence

from django.db.models import QuerySet

from bookings.models import Aircraft, Paper, Pilot
from bookings.rules.facts import PaperFacts


def set_papers(subject: Aircraft | Pilot, wanted: Sequence[PaperFacts], *, among: "QuerySet[Paper]") -> None:
    """Make `among`, all or some papers of the subject, be what is wanted.

    A paper of the same kind and number is renewed in place: it keeps its id, and what the wanted one leaves open.
    """
    there = list(among)
    for place, paper in enumerate(wanted):
        same = next((p for p in there if (p.kind, p.number) == (paper.kind, paper.number)), None)
        if same is None:
            _new(subject, paper, place=place).save()
        else:
            there.remove(same)
            _renew(same, paper)
    Paper.objects.filter(pk__in=[paper.pk for paper in there]).delete()


def _new(subject: Aircraft | Pilot, paper: PaperFacts, *, place: int) -> Paper:
    return Paper(
        organisation_id=subject.organisation_id,
        aircraft=subject if isinstance(subject, Aircraft) else None,
        pilot=subject if isinstance(subject, Pilot) else None,
        kind=paper.kind,
        number=paper.number,
        issuer=paper.issuer,
        valid_from=paper.valid_from,
        valid_until=paper.valid_until,
        cover_sdr=paper.cover_sdr,
        place=place,
    )


def _renew(stored: Paper, paper: PaperFacts) -> None:
    if stored.valid_from is not None and stored.valid_from > paper.valid_until:
        stored.valid_from = None
    said = (paper.issuer or stored.issuer, paper.valid_from or stored.valid_from, paper.valid_until, paper.cover_sdr)
    if said == (stored.issuer, stored.valid_from, stored.valid_until, stored.cover_sdr):
        return
    stored.issuer, stored.valid_from, stored.valid_until, stored.cover_sdr = said
    stored.version += 1
    stored.save()

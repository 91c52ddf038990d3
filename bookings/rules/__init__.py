"""The rules of booking: pure functions of facts, all asked, all refusals told.

A new rule is one module here with its ``CODES`` and its function, one line in ``RULES`` below, one test, and
``python -m bookings.rules.listing docs/reference`` to print the reference anew.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from bookings.rules import (
    aircraft_papers,
    airspace,
    classification,
    daylight,
    duration,
    hazard_stated,
    holds,
    horizon,
    identifiers,
    insurance_cover,
    lead_time,
    needs,
    notam,
    officers,
    opening_hours,
    paper_form,
    pilot_papers,
    polygons,
    quota,
    retired,
    start_in_past,
    start_raster,
    times,
    volumes,
)
from bookings.rules.code import RuleCode
from bookings.rules.facts import BookingFacts
from testcentre.foundation.errors import Refusal

Rule = Callable[[BookingFacts], Iterable[Refusal]]

# What may change while a booking stands: these are asked again of future bookings.
PAPER_RULES: tuple[Rule, ...] = (
    retired.retired_from_fleet,
    aircraft_papers.aircraft_papers_not_valid,
    insurance_cover.insurance_cover_too_low,
    pilot_papers.pilot_papers_not_valid,
)
# What a hold is for: these are finished while it lasts, and asked when it is submitted.
FINISHED_LATER = frozenset(PAPER_RULES) - {retired.retired_from_fleet}
RULES: tuple[Rule, ...] = (
    start_in_past.start_in_past,
    lead_time.lead_time_too_short,
    horizon.beyond_horizon,
    duration.duration_out_of_bounds,
    start_raster.start_off_raster,
    opening_hours.outside_opening_hours,
    daylight.outside_daylight,
    notam.notam_too_late,
    needs.needs_not_met,
    hazard_stated.hazard_not_stated,
    officers.officer_missing,
    *PAPER_RULES,
    airspace.outside_airspace,
    classification.classification_too_high,
    quota.quota_exceeded,
    holds.hold_refused,
)

# which rules judged a decision that is looked at years later
RULES_VERSION = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()

# Faults of form (400) come from the readers, the others (422) from the rules.
_READERS = (times, volumes, polygons, identifiers, paper_form)
FORM_CODES: dict[str, RuleCode] = {code.code: code for reader in _READERS for code in reader.CODES}
RULE_CODES: dict[str, RuleCode] = {code.code: code for rule in RULES for code in sys.modules[rule.__module__].CODES}


class Judgement(NamedTuple):
    """What the rules say of a booking: what still refuses, and what was waived by one who may."""

    refusals: list[Refusal]
    waived: list[Refusal]


def judge(facts: BookingFacts) -> list[Refusal]:
    """Return every refusal that is not waived, in the order of the rules; an empty list is a yes."""
    return judge_with_waivers(facts).refusals


def judge_papers(facts: BookingFacts) -> list[Refusal]:
    """Return what the rules of papers and fleet refuse."""
    return [refusal for rule in PAPER_RULES for refusal in rule(facts) if _is_for(refusal, facts)]


def judge_with_waivers(facts: BookingFacts) -> Judgement:
    """Return every refusal, apart from those whose code is in ``waivers`` and that the asker's role may waive.

    A hold is not refused for papers that may be finished while it lasts.
    """
    judgement = Judgement([], [])
    for rule in RULES:
        if facts.held_before is not None and rule in FINISHED_LATER:
            continue
        for refusal in rule(facts):
            if not _is_for(refusal, facts):
                continue
            may_waive = refusal.code in facts.waivers and facts.asker_role in refusal.waivable_by
            is_waived = may_waive or refusal.code in facts.granted
            (judgement.waived if is_waived else judgement.refusals).append(refusal)
    return judgement


def _is_for(refusal: Refusal, facts: BookingFacts) -> bool:
    """Say whether the site's policy lets the rule count for this kind of organisation."""
    return facts.organisation.kind not in facts.site.not_for.get(refusal.code, ())

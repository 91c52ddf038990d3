"""The rules of booking: pure functions of facts, all asked, all refusals told.

A new rule is one module here with its ``CODES`` and its function, one line in ``RULES`` below, one test, and
``python -m bookings.rules.listing docs/reference`` to print the reference anew.
"""

import sys
from collections.abc import Callable, Iterable
from typing import NamedTuple

from bookings.rules import (
    airspace,
    classification,
    daylight,
    documents,
    duration,
    horizon,
    identifiers,
    lead_time,
    needs,
    notam,
    opening_hours,
    polygons,
    start_in_past,
    start_raster,
    times,
    volumes,
)
from bookings.rules.code import RuleCode
from bookings.rules.facts import BookingFacts
from testcentre.foundation.errors import Refusal

Rule = Callable[[BookingFacts], Iterable[Refusal]]

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
    documents.documents_not_valid,
    airspace.outside_airspace,
    classification.classification_too_high,
)

# Faults of form (400) come from the readers, the others (422) from the rules.
_READERS = (times, volumes, polygons, identifiers)
FORM_CODES: dict[str, RuleCode] = {code.code: code for reader in _READERS for code in reader.CODES}
RULE_CODES: dict[str, RuleCode] = {code.code: code for rule in RULES for code in sys.modules[rule.__module__].CODES}


class Judgement(NamedTuple):
    """What the rules say of a booking: what still refuses, and what was waived by one who may."""

    refusals: list[Refusal]
    waived: list[Refusal]


def judge(facts: BookingFacts) -> list[Refusal]:
    """Return every refusal that is not waived, in the order of the rules; an empty list is a yes."""
    return judge_with_waivers(facts).refusals


def judge_with_waivers(facts: BookingFacts) -> Judgement:
    """Return every refusal, apart from those whose code is in ``waivers`` and that the asker's role may waive."""
    judgement = Judgement([], [])
    for rule in RULES:
        for refusal in rule(facts):
            is_waived = refusal.code in facts.waivers and facts.asker_role in refusal.waivable_by
            (judgement.waived if is_waived else judgement.refusals).append(refusal)
    return judgement

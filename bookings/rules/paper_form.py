"""The form of a paper: its kind is known, it ends after it begins, and an insurance (no other) says its cover."""

from collections.abc import Iterable

from bookings.rules.code import RuleCode
from bookings.rules.facts import PaperFacts, PaperKind
from testcentre.foundation.errors import Refusal

KIND_UNKNOWN = RuleCode("paper_kind_unknown", "A paper of an aircraft or organisation is of no known kind.")
ENDS_BEFORE_START = RuleCode("paper_ends_before_start", "The paper's last day is before its first.")
COVER_MISSING = RuleCode("cover_missing", "An insurance does not say its cover.")
COVER_OF_NO_INSURANCE = RuleCode("cover_of_no_insurance", "A paper that is no insurance says a cover.")
CODES = (KIND_UNKNOWN, ENDS_BEFORE_START, COVER_MISSING, COVER_OF_NO_INSURANCE)


def paper_faults(paper: PaperFacts, *, of_pilot: bool) -> Iterable[Refusal]:
    """Yield what is wrong with a paper; pilots' papers have whatever kind their issuers name."""
    if not of_pilot and paper.kind not in set(PaperKind):
        yield KIND_UNKNOWN.refuse(
            f"{paper.kind} is no kind of paper that an aircraft or organisation has.",
            field="kind",
            expected=[str(kind) for kind in PaperKind],
            got=paper.kind,
            remedy="Send one of these kinds.",
        )
    if paper.valid_from is not None and paper.valid_until < paper.valid_from:
        yield ENDS_BEFORE_START.refuse(
            "The paper ends before it begins.",
            field="valid_until",
            expected=f"{paper.valid_from} or later",
            got=str(paper.valid_until),
            remedy="Send the days that stand on the paper.",
        )
    is_insurance = paper.kind == PaperKind.INSURANCE and not of_pilot
    if is_insurance and paper.cover_sdr is None:
        yield COVER_MISSING.refuse(
            "An insurance needs its cover.",
            field="cover_sdr",
            expected="the third-party cover, special drawing rights",
            got="nothing",
            remedy="Send cover_sdr.",
        )
    if not is_insurance and paper.cover_sdr is not None:
        yield COVER_OF_NO_INSURANCE.refuse(
            "Only an insurance of an aircraft or organisation has a cover.",
            field="cover_sdr",
            expected="nothing",
            got=paper.cover_sdr,
            remedy="Leave cover_sdr out.",
        )

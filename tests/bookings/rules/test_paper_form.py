import datetime as dt

import pytest

from bookings.rules.facts import PaperFacts
from bookings.rules.paper_form import paper_faults

DAY = dt.date(2027, 3, 3)
BEFORE = dt.date(2027, 3, 2)


@pytest.mark.parametrize(
    ("paper", "of_pilot", "faults"),
    [
        (PaperFacts("airworthiness", "1", DAY), False, []),
        (PaperFacts("airworthiness", "1", DAY, valid_from=DAY), False, []),
        (PaperFacts("insurance", "1", DAY, cover_sdr=1), False, []),
        (PaperFacts("A1/A3", "1", DAY), True, []),
        (PaperFacts("A1/A3", "1", DAY), False, ["paper_kind_unknown"]),
        (PaperFacts("Insurance", "1", DAY, cover_sdr=1), False, ["paper_kind_unknown", "cover_of_no_insurance"]),
        (PaperFacts("insurance", "1", DAY), False, ["cover_missing"]),
        (PaperFacts("insurance", "1", DAY, cover_sdr=1), True, ["cover_of_no_insurance"]),
        (PaperFacts("insurance", "1", BEFORE, valid_from=DAY), False, ["paper_ends_before_start", "cover_missing"]),
    ],
)
def test_every_fault_of_a_paper_is_told(paper: PaperFacts, of_pilot: bool, faults: list[str]) -> None:
    assert [fault.code for fault in paper_faults(paper, of_pilot=of_pilot)] == faults

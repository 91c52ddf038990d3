from dataclasses import replace

import pytest

from bookings.rules import judge
from bookings.rules.facts import Classification
from tests.bookings.rules.cases import AERO, FAR, JAMMER, aircraft, booking, codes, pilot, resource


def test_what_is_named_twice_is_refused() -> None:
    runway = resource("RWY-05-23")
    twice = (aircraft(), pilot(FAR))

    assert codes(booking(resources=(runway, runway), crew=(twice, twice))) == ["named_twice"] * 3


def test_a_resource_out_of_service_is_refused() -> None:
    (refusal,) = judge(booking(resources=(replace(resource("RWY-05-23"), active=False),)))

    assert (refusal.code, refusal.field, refusal.got) == ("resource_out_of_service", "resources[0]", "RWY-05-23")


def test_a_company_may_not_jam() -> None:
    facts = booking(resources=(resource("RWY-05-23"), resource("GNSS-BAND")), hazard_details=JAMMER)
    (refusal,) = judge(facts)

    assert (refusal.code, refusal.field) == ("organisation_not_allowed", "resources[1]")
    assert (refusal.expected, refusal.got) == (["defence", "range"], "company")


def test_defence_may_jam() -> None:
    defence = replace(AERO, kind="defence")
    facts = booking(resources=(resource("GNSS-BAND"),), organisation=defence, hazard_details=JAMMER)

    assert codes(facts) == []


@pytest.mark.parametrize("label", list(Classification))
def test_labels_up_to_departementaal_vertrouwelijk_are_handled(label: Classification) -> None:
    too_high = label not in (Classification.UNCLASSIFIED, Classification.DEP_V)

    assert codes(booking(classification=label)) == ["classification_too_high"] * too_high


def test_a_high_label_is_told_which_ones_are_handled() -> None:
    (refusal,) = judge(booking(classification=Classification.SECRET))

    assert (refusal.expected, refusal.got) == (["ongerubriceerd", "Dep.V."], "Stg. Geheim")

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.identifiers import (
    check_character,
    operator_number_fault,
    public_operator_number,
    serial_number_fault,
)


# the first two: worked examples of EASA and of uas-standards
@pytest.mark.parametrize("number", ["FIN87astrdge12k8-xyz", "NLD87astrdge12k8-xyz", "NLDtwente0cargob-abc"])
def test_operator_numbers_of_en_4709_02_are_good(number: str) -> None:
    assert operator_number_fault(number) is None


@pytest.mark.parametrize(
    "number",
    [
        "NLD87astrdge12k7-xyz",
        "NLD87astrdge12k8-xyy",
        "NLD87astrdge12k8",
        "nld87astrdge12k8-xyz",
        "NLD87astrdge12k8-xyz\n",
        "",
    ],
)
def test_others_are_refused_without_showing_the_secret(number: str) -> None:
    refusal = operator_number_fault(number)

    assert refusal is not None
    assert (refusal.code, refusal.field) == ("operator_number_not_valid", "operator_number")
    assert "xy" not in str(refusal.as_dict())


def test_the_public_part_has_no_secret() -> None:
    assert public_operator_number("NLD87astrdge12k8-xyz") == "NLD87astrdge12k8"


@pytest.mark.parametrize("number", ["MFR1DC123456789ABC", "TESTC0123456789AB", "ABCD1Z"])
def test_serial_numbers_of_cta_2063_a_are_good(number: str) -> None:
    assert serial_number_fault(number) is None


@pytest.mark.parametrize(
    "number", ["MFR1C123456789ABC0", "MFRO5ABCDE", "MFR15ABCDEF", "MFR10", "MFR1G1234567890123456", "mfr15ABCDE", ""]
)
def test_other_serial_numbers_are_refused(number: str) -> None:
    refusal = serial_number_fault(number)

    assert refusal is not None
    assert (refusal.code, refusal.field) == ("serial_number_not_valid", "serial_number")


SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"


@given(st.text(SIGNS, min_size=15, max_size=15), st.integers(0, 14), st.sampled_from(SIGNS))
def test_every_single_wrong_sign_changes_the_check_character(text: str, place: int, sign: str) -> None:
    other = text[:place] + sign + text[place + 1 :]

    assert (check_character(text) == check_character(other)) == (text == other)

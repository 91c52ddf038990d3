"""Identifiers of operators and aircraft, checked sign by sign."""

import re

from bookings.rules.code import RuleCode
from testcentre.foundation.errors import Refusal

OPERATOR_NUMBER = RuleCode(
    "operator_number_not_valid", "The operator number is not of EN 4709-02, or its check character or secret is wrong."
)
SERIAL_NUMBER = RuleCode("serial_number_not_valid", "The serial number is not of ANSI/CTA-2063-A.")
CODES = (OPERATOR_NUMBER, SERIAL_NUMBER)

_BASE_36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_OPERATOR = re.compile(
    r"(?P<country>[A-Z]{3})(?P<base>[0-9a-z]{12})(?P<check>[0-9a-z])-(?P<secret>[0-9a-z]{3})", re.ASCII
)
_SERIAL = re.compile(r"[0-9A-HJ-NP-Z]{4}(?P<length>[1-9A-F])(?P<serial>[0-9A-HJ-NP-Z]{1,15})", re.ASCII)
_LONGEST = 40


def operator_number_fault(value: str, *, field: str = "operator_number") -> Refusal | None:
    """Return what is wrong with an operator number, or None.

    EN 4709-02: ISO 3166 country (3) + base (12) + check character - secret (3); the check character is Luhn mod 36
    over base and secret. What came is never echoed: its last three signs are secret.
    """
    match = _OPERATOR.fullmatch(value)
    if match is None:
        what = "is not of the form"
    elif match["check"] != check_character(match["base"] + match["secret"]):
        what = "has a check character that does not fit"
    else:
        return None
    return OPERATOR_NUMBER.refuse(
        f"The operator number {what}.",
        field=field,
        expected="country (3) + 12 of 0-9a-z + check character + - + 3 secret characters (EN 4709-02)",
        got=f"{len(value)} characters",
        remedy="Copy the number from the operator's registration, with its last three secret characters.",
    )


def public_operator_number(value: str) -> str:
    """Return the part of an operator number that may be stored, shown and sent: all before the dash."""
    return value.partition("-")[0]


def check_character(text: str) -> str:
    """Return the Luhn mod 36 check character of a text of 0-9a-z."""
    total, factor = 0, 2
    for sign in reversed(text):
        product = factor * _BASE_36.index(sign)
        total, factor = total + product // 36 + product % 36, 3 - factor
    return _BASE_36[-total % 36]


def serial_number_fault(value: str, *, field: str = "serial_number") -> Refusal | None:
    """Return what is wrong with a serial number, or None.

    ANSI/CTA-2063-A: maker (4) + length code (1-9, A-F) + that many signs; capitals and digits without O and I.
    """
    match = _SERIAL.fullmatch(value)
    if match is not None and len(match["serial"]) == int(match["length"], 16):
        return None
    what = "is not of the form" if match is None else "is not as long as its length code says"
    return SERIAL_NUMBER.refuse(
        f"The serial number {what}.",
        field=field,
        expected="maker code (4) + length code (1-9, A-F) + that many of 0-9A-Z without O and I (ANSI/CTA-2063-A)",
        got=value[:_LONGEST],
        remedy="Copy the serial number from the aircraft's plate or its remote ID.",
    )

"""JSON from strangers."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testcentre.foundation.errors import DomainError, Malformed, TooLarge
from testcentre.foundation.json_body import MOST_DEPTH, parse_json

PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**29), 10**29)
    | st.floats(allow_nan=False, allow_infinity=False)
    | PLAIN_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_json_can_say_is_read_as_it_was_said(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else(body: bytes) -> None:
    with contextlib.suppress(DomainError):
        json.dumps(parse_json(body))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b'{"a":', "not_json"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
        (b'{"a":"\xff"}', "not_utf8"),
        (b'"a\\u0000b"', "nul_in_text"),
        (b'{"a\\u0000":1}', "nul_in_text"),
        (b'"\\ud800"', "lone_surrogate"),
        (b"1e400", "number_not_finite"),
        (b"NaN", "number_not_finite"),
        (b"[-Infinity]", "number_not_finite"),
        (b"9" * 5000, "number_too_long"),
    ],
)
def test_what_would_hurt_later_is_refused_now(body: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_json(body)
    assert [r.code for r in refused.value.refusals] == [code]


def test_brackets_inside_a_text_are_no_depth() -> None:
    text = '[{\\"' * 200
    assert parse_json(f'"{text}"'.encode()) == '[{"' * 200


def test_the_deepest_document_that_is_allowed_is_read() -> None:
    assert parse_json(b"[" * MOST_DEPTH + b"]" * MOST_DEPTH)


def test_a_body_over_the_limit_is_refused_with_both_sizes() -> None:
    with pytest.raises(TooLarge) as refused:
        parse_json(b" " * 11, limit_bytes=10)
    assert (refused.value.refusals[0].expected, refused.value.refusals[0].got) == ("at most 10 bytes", "11 bytes")

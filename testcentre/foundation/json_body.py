"""JSON from strangers: bounded in size, depth and number before anything looks at it."""

import json
import math
import re
from typing import Any, NoReturn

from testcentre.foundation.errors import Malformed, Refusal, TooLarge

MOST_DEPTH = 64
MOST_DIGITS = 30
LIMIT_BYTES = 1024 * 1024

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_NOT_BRACKET = re.compile(rb"[^][{}]+")


def parse_json(body: bytes, *, limit_bytes: int = LIMIT_BYTES) -> Any:
    """Parse one JSON document.

    Raises:
        TooLarge: more than `limit_bytes`.
        Malformed: not UTF-8, not JSON, deeper than 64, NUL or a lone surrogate in a text, a number that is not finite
            or has more than 30 digits.
    """
    if len(body) > limit_bytes:
        raise TooLarge(
            Refusal(
                "body_too_large",
                "The body is too large.",
                expected=f"at most {limit_bytes} bytes",
                got=f"{len(body)} bytes",
            )
        )
    _refuse_depth(body)
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_int=_integer, parse_float=_number, parse_constant=_constant)
    except UnicodeDecodeError as problem:
        _refuse(
            "not_utf8",
            "The body is not UTF-8.",
            expected="UTF-8",
            got=f"byte {body[problem.start]:#04x} at {problem.start}",
        )
    except json.JSONDecodeError as problem:
        _refuse(
            "not_json",
            "The body is not JSON.",
            expected="one JSON document",
            got=f"{problem.msg} at character {problem.pos}",
        )
    _refuse_text(value)
    return value


def _refuse(code: str, message: str, *, expected: str, got: str) -> NoReturn:
    raise Malformed(Refusal(code, message, expected=expected, got=got))


def _refuse_depth(body: bytes) -> None:
    """Count brackets outside of texts; json.loads would recurse until the interpreter gives up."""
    depth = 0
    for sign in _NOT_BRACKET.sub(b"", _STRING.sub(b"", body)):
        depth += 1 if sign in b"[{" else -1
        if depth > MOST_DEPTH:
            _refuse("too_deep", "The JSON is nested too deeply.", expected=f"at most {MOST_DEPTH} levels", got="more")


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS:
        _refuse(
            "number_too_long",
            "A number is too long.",
            expected=f"at most {MOST_DIGITS} digits",
            got=f"{len(digits)} digits",
        )
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        _refuse("number_not_finite", "A number is too large.", expected="a finite number", got=digits[:40])
    return value


def _constant(name: str) -> NoReturn:
    _refuse("number_not_finite", f"{name} is not a JSON number.", expected="a finite number", got=name)


def _refuse_text(value: Any) -> None:
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            todo.extend(item.keys())
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
        elif isinstance(item, str):
            if "\0" in item:
                _refuse("nul_in_text", "A text holds a NUL character.", expected="text without NUL", got="NUL")
            if any("\ud800" <= sign <= "\udfff" for sign in item):
                _refuse(
                    "lone_surrogate",
                    "A text holds half a character.",
                    expected="whole characters",
                    got="a lone surrogate",
                )

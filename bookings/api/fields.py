"""Fields of request bodies: declared once, read strictly, and described in the API's schema from the same declaration.

Reading never stops at the first fault, converts nothing silently (a text is no number), and refuses unknown fields.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from testcentre.foundation.errors import Malformed, Refusal

Fault = Callable[[object, object], Refusal]
_SHOWN = 60
_MOST_UNKNOWN = 20


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field; absent or null gives `default`, unless it is required."""

    required: bool = False
    default: Any = None
    note: str = ""

    expected = "a value"

    def read(self, value: object, path: str, faults: list[Refusal]) -> Any:
        """Return the value as the domain uses it; add what is wrong to `faults`."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        raise NotImplementedError

    def wrong(
        self, path: str, got: object, faults: list[Refusal], *, code: str = "invalid", expected: object = None
    ) -> None:
        """Add the fault that the value is not what the field expects."""
        wanted = expected or self.expected
        faults.append(Refusal(code, f"Expected {wanted}.", path, wanted, shown(got), "Send it so."))


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """A text of bounded length, in one line unless `lines`; `pattern` must match it whole."""

    most: int
    least: int = 0
    lines: bool = False
    pattern: str = ""
    fault_of: Callable[..., Refusal | None] | None = None
    default: Any = ""

    def read(self, value: object, path: str, faults: list[Refusal]) -> str:
        """Return the text without surrounding blanks."""
        text = value.strip() if isinstance(value, str) else ""
        if not isinstance(value, str) or any(ord(sign) < 32 and not (self.lines and sign in "\n\t") for sign in text):
            self.wrong(path, value, faults, expected="a text" if self.lines else "a text in one line")
        elif not self.least <= len(text) <= self.most:
            self.wrong(path, f"{len(text)} characters", faults, expected=f"{self.least} to {self.most} characters")
        elif self.pattern and not re.fullmatch(self.pattern, text, re.ASCII):
            self.wrong(path, "another form", faults, expected=self.note or f"a text that matches {self.pattern}")
        elif self.fault_of and text and (fault := self.fault_of(text, field=path)):
            faults.append(fault)
        return text

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return {"type": "string", "minLength": self.least, "maxLength": self.most}


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A number above `above` and at most `most`; `whole` ones are integers."""

    above: float
    most: float
    whole: bool = False

    def read(self, value: object, path: str, faults: list[Refusal]) -> float | int:
        """Return the number."""
        kinds = int if self.whole else (int, float)
        if not isinstance(value, kinds) or isinstance(value, bool) or not self.above < value <= self.most:
            what = "a whole number" if self.whole else "a number"
            self.wrong(path, value, faults, expected=f"{what} above {self.above:g} and at most {self.most:g}")
            return 0
        return int(value) if self.whole else float(value)

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return {"type": "integer" if self.whole else "number", "exclusiveMinimum": self.above, "maximum": self.most}


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of the values of an enum."""

    among: type[StrEnum]

    def read(self, value: object, path: str, faults: list[Refusal]) -> StrEnum | None:
        """Return the member."""
        if isinstance(value, str) and value in set(self.among):
            return self.among(value)
        faults.append(
            Refusal(
                "not_a_choice",
                f"Expected one of {', '.join(self.among)}.",
                path,
                [str(v) for v in self.among],
                shown(value),
            )
        )
        return None

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return {"type": "string", "enum": [str(value) for value in self.among]}


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """True or false, nothing that looks like it."""

    default: Any = False

    def read(self, value: object, path: str, faults: list[Refusal]) -> bool:
        """Return the flag."""
        if not isinstance(value, bool):
            self.wrong(path, value, faults, expected="true or false")
        return value is True

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return {"type": "boolean"}


@dataclass(frozen=True, kw_only=True)
class Id(Field):
    """A UUID."""

    def read(self, value: object, path: str, faults: list[Refusal]) -> UUID | None:
        """Return the id."""
        read = uuid_of(value)
        if read is None:
            self.wrong(path, value, faults, expected="an id (UUID)")
        return read

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return {"type": "string", "format": "uuid"}


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A calendar date, YYYY-MM-DD, from 2000 to 2200."""

    def read(self, value: object, path: str, faults: list[Refusal]) -> date | None:
        """Return the date."""
        if isinstance(value, str) and re.fullmatch(r"2[01]\d\d-\d\d-\d\d", value, re.ASCII):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        self.wrong(path, value, faults, expected="a date YYYY-MM-DD from 2000 to 2199")
        return None

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, kw_only=True)
class Source(Field):
    """A network that data may come from, not wider than /24 (IPv4) or /56 (IPv6)."""

    def read(self, value: object, path: str, faults: list[Refusal]) -> str:
        """Return the network in its usual notation."""
        try:
            network = ipaddress.ip_network(value if isinstance(value, str) else "", strict=False)
        except ValueError:
            self.wrong(path, value, faults, expected="a network such as 192.0.2.7/32 or 2001:db8::/64")
            return ""
        if network.prefixlen < (24 if network.version == 4 else 56):
            wanted = "a network of /24 or narrower (IPv4), /56 or narrower (IPv6)"
            self.wrong(path, value, faults, code="source_too_wide", expected=wanted)
        return str(network)

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return {"type": "string", "example": "192.0.2.7/32"}


@dataclass(frozen=True, kw_only=True)
class Many(Field):
    """A list of at most `most`, each read by `of`."""

    of: Field
    most: int
    least: int = 0
    default: Any = ()

    def read(self, value: object, path: str, faults: list[Refusal]) -> tuple[Any, ...]:
        """Return the items."""
        if not isinstance(value, list):
            self.wrong(path, value, faults, expected="a list")
            return ()
        if not self.least <= len(value) <= self.most:
            self.wrong(path, f"{len(value)} items", faults, expected=f"a list of {self.least} to {self.most} items")
            return ()
        return tuple(self.of.read(item, f"{path}[{place}]", faults) for place, item in enumerate(value))

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return {"type": "array", "items": self.of.schema(), "minItems": self.least, "maxItems": self.most}


@dataclass(frozen=True, kw_only=True)
class Group(Field):
    """An object with fields of its own; where `more` is allowed, further ones are not kept."""

    fields: Mapping[str, Field]
    more: bool = False

    def read(self, value: object, path: str, faults: list[Refusal]) -> dict[str, Any]:
        """Return the values by name."""
        if not isinstance(value, dict):
            self.wrong(path, value, faults, expected="an object")
            return {}
        known = {name: inner for name, inner in value.items() if name in self.fields} if self.more else value
        return read_object(known, self.fields, faults, path=f"{path}.")

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return object_schema(self.fields) | {"additionalProperties": self.more}


@dataclass(frozen=True, kw_only=True)
class Raw(Field):
    """A value that a reader of bookings.rules reads; it is passed on as it came."""

    describes: Mapping[str, Any]

    def read(self, value: object, path: str, faults: list[Refusal]) -> object:
        """Return what came."""
        return value

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return dict(self.describes)


def read_object(
    body: Mapping[str, object],
    fields: Mapping[str, Field],
    faults: list[Refusal],
    *,
    path: str = "",
    partly: bool = False,
) -> dict[str, Any]:
    """Return every declared field's value; add what is missing, wrong or unknown to `faults`.

    `partly` reads a change: fields that are absent are left out, null still gives a field's default.
    """
    unknown = [name for name in body if name not in fields][:_MOST_UNKNOWN]
    faults.extend(
        Refusal(
            "unknown_field", "This field is unknown.", f"{path}{name[:_SHOWN]}", sorted(fields), "", "Leave it out."
        )
        for name in unknown
    )
    values = {}
    for name, field in fields.items():
        if partly and name not in body:
            continue
        value = body.get(name)
        if value is not None:
            values[name] = field.read(value, f"{path}{name}", faults)
            continue
        values[name] = field.default
        if field.required:
            faults.append(
                Refusal("required", "This field is required.", f"{path}{name}", field.note or "a value", None)
            )
    return values


def read_body(body: Mapping[str, object], fields: Mapping[str, Field], *, partly: bool = False) -> dict[str, Any]:
    """Return the values of a request body, as `read_object`.

    Raises:
        Malformed: every fault of form at once.
    """
    faults: list[Refusal] = []
    values = read_object(body, fields, faults, partly=partly)
    if faults:
        raise Malformed(*faults)
    return values


def changes_schema(fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the OpenAPI schema of an object with some of these fields."""
    return {name: part for name, part in object_schema(fields).items() if name != "required"}


def object_schema(fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the OpenAPI schema of an object with these fields."""
    properties = {}
    for name, field in fields.items():
        properties[name] = field.schema() | ({"description": field.note} if field.note else {})
        if not field.required:
            properties[name]["nullable"] = True
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [name for name, field in fields.items() if field.required]
    return schema | ({"required": required} if required else {})


def uuid_of(value: object) -> UUID | None:
    """Return the id in its usual form (with dashes), or None."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        return None
    return UUID(value)


def shown(value: object) -> object:
    """Return what came, short enough to be told back."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else "a number of many digits"
    if isinstance(value, str):
        return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return {"dict": "an object", "list": "a list"}.get(type(value).__name__, type(value).__name__)

"""How a body names resources: a code for the slot, or an object that says any of a kind, or a longer period."""

from dataclasses import dataclass
from typing import Any

from bookings.api.fields import Choice, Field, Number, Text, object_schema, read_object
from bookings.rules.facts import ResourceKind
from bookings.rules.wants import Want
from testcentre.foundation.errors import Refusal

_MOST_MIN, _MOST_DAYS = 7 * 24 * 60, 31
_CODE = Text(most=40, least=1, note="A resource's code; or `kind`.")
_FIELDS: dict[str, Field] = {
    "code": _CODE,
    "kind": Choice(among=ResourceKind, note="Any one of this kind; the service chooses."),
    "qualification": Text(most=40, note="With `kind`: one that has it, for example `laser_class_4`."),
    "before_min": Number(above=-1, most=_MOST_MIN, whole=True, default=0, note="Minutes before the slot."),
    "after_min": Number(above=-1, most=_MOST_MIN, whole=True, default=0, note="Minutes after the slot."),
    "days_before": Number(above=-1, most=_MOST_DAYS, whole=True, default=0, note="From noon so many days before."),
    "days_after": Number(above=-1, most=_MOST_DAYS, whole=True, default=0, note="Until noon so many days after."),
}


@dataclass(frozen=True, kw_only=True)
class WantField(Field):
    """A code, or an object."""

    def read(self, value: object, path: str, faults: list[Refusal]) -> Want | None:
        """Return the want."""
        if isinstance(value, str):
            told = len(faults)
            code = _CODE.read(value, path, faults)
            return Want(code=code) if len(faults) == told else None
        if not isinstance(value, dict):
            self.wrong(path, value, faults, expected="the code of a resource, or an object with `code` or `kind`")
            return None
        told = len(faults)
        values = read_object(value, _FIELDS, faults, path=f"{path}.")
        if len(faults) > told:
            return None
        if bool(values["code"]) == (values["kind"] is not None) or (values["code"] and values["qualification"]):
            self.wrong(path, value, faults, expected="`code`, or `kind` (with or without `qualification`)")
            return None
        return Want(**values)

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return {"oneOf": [_CODE.schema(), object_schema(_FIELDS)]}


def want_words(want: Want) -> dict[str, Any]:
    """Return a want as the API writes it: what is not said is left out."""
    told = {name: getattr(want, name) for name in _FIELDS}
    return {name: value for name, value in told.items() if value}

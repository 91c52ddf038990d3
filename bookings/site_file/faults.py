"""Finding every fault of form at once: msgspec stops at the first, so each value is converted by itself."""

import datetime as dt
import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from testcentre.foundation.errors import Refusal


def fault(path: str, *, expected: object, got: object, message: str = "") -> Refusal:
    """Return a fault of the site file at a path such as ``resources[3].kind``."""
    return Refusal(
        code="site_file_fault",
        message=message or f"{path or 'file'}: expected {expected}, got {got}.",
        field=path,
        expected=expected,
        got=got,
        remedy="Mend the site file; docs/reference/site-file.md lists what each table may hold.",
    )


def faults_of_form(value: Any, shape: Any, path: str = "") -> Iterator[Refusal]:
    """Yield a fault for every value that is missing, unknown or not of its type."""
    shape = _without_note(shape)
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        yield from _table(value, shape, path)
    elif get_origin(shape) is list and isinstance(value, list) and _is_table(get_args(shape)[0]):
        for i, item in enumerate(value):
            yield from faults_of_form(item, get_args(shape)[0], f"{path}[{i}]")
    elif get_origin(shape) is dict and isinstance(value, dict):
        key_shape, item_shape = get_args(shape)
        for key, item in value.items():
            yield from _single(key, key_shape, f"{path}.{key}")
            yield from faults_of_form(item, item_shape, f"{path}.{key}")
    else:
        yield from _single(value, shape, path)


def _table(value: Any, shape: type[msgspec.Struct], path: str) -> Iterator[Refusal]:
    if not isinstance(value, dict):
        yield fault(path, expected="a table", got=_shown(value))
        return
    # include_extras: bounds and patterns stand in Annotated
    shapes = get_type_hints(shape, include_extras=True)
    needed = {field.name for field in msgspec.structs.fields(shape) if field.required}
    for name in value.keys() - shapes.keys():
        yield fault(_at(path, name), expected=f"one of {', '.join(shapes)}", got=f"unknown key {name!r}")
    for name, its_shape in shapes.items():
        if name in value:
            yield from faults_of_form(value[name], its_shape, _at(path, name))
            yield from _bounds(value[name], its_shape, _at(path, name))
        elif name in needed:
            yield fault(_at(path, name), expected="a value", got="nothing")


def _bounds(value: Any, shape: Any, path: str) -> Iterator[Refusal]:
    """Yield a fault of a list's own length, where its items were looked at one by one."""
    bare = _without_note(shape)
    if (
        get_origin(shape) is Annotated
        and get_origin(bare) is list
        and isinstance(value, list)
        and _is_table(get_args(bare)[0])
    ):
        yield from _single(value, Annotated[list[Any], *shape.__metadata__], path)


def _single(value: Any, shape: Any, path: str) -> Iterator[Refusal]:
    try:
        msgspec.convert(value, shape, builtin_types=_TOML_TYPES)
    except msgspec.ValidationError as problem:
        what, _, where = str(problem).partition(" - at `$")
        yield fault(path + where.rstrip("`"), expected=what.removeprefix("Expected "), got=_shown(value))


def _without_note(shape: Any) -> Any:
    """Return a list, dict or struct type without its Annotated; leaves keep theirs."""
    bare = get_args(shape)[0] if get_origin(shape) is Annotated else shape
    return bare if get_origin(bare) in (list, dict) and _is_table(get_args(bare)[-1]) else shape


def _is_table(shape: Any) -> bool:
    if get_origin(shape) in (Union, types.UnionType):
        return False
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct)


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


_TOML_TYPES = (dt.date,)

"""From a name or a path to a checked site: find, extend, check form, check meaning."""

import datetime as dt
import hashlib
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from bookings.site_file.faults import fault, faults_of_form
from bookings.site_file.meaning import faults_of_meaning
from bookings.site_file.shapes import SiteFile
from testcentre.foundation.errors import Malformed, Refusal

SHIPPED = ("ehtw", "ehtw-exercise")
MOST_BYTES = 4 * 1024 * 1024
_DEEPEST_EXTENDS = 5


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A checked site file: its parsed tables, the same as JSON values, and the SHA-256 of these."""

    site: SiteFile
    data: dict[str, Any]
    sha256: str


def read_site_file(source: str | Path) -> LoadedFile:
    """Read a site that ships (``ehtw``, ``ehtw-exercise``) or a TOML file, with what it extends.

    Raises:
        Malformed: with every fault at once, each with its path in the file.
    """
    tables = _tables(source, depth=0)
    faults = list(faults_of_form(tables, SiteFile))
    if faults:
        raise Malformed(*faults, detail=f"{source}: {len(faults)} faults.")
    site = msgspec.convert(tables, SiteFile, builtin_types=(dt.date,))
    faults = list(faults_of_meaning(site))
    if faults:
        raise Malformed(*faults, detail=f"{source}: {len(faults)} faults.")
    canonical = msgspec.json.encode(site, order="sorted")
    return LoadedFile(site=site, data=msgspec.json.decode(canonical), sha256=hashlib.sha256(canonical).hexdigest())


def _tables(source: str | Path, *, depth: int) -> dict[str, Any]:
    """Return the file's tables, laid over those that it extends."""
    tables = _parse(source)
    base = tables.pop("extends", None)
    if base is None:
        return tables
    if not isinstance(base, str) or depth >= _DEEPEST_EXTENDS:
        raise Malformed(
            fault("extends", expected=f"a site that ships or a file, at most {_DEEPEST_EXTENDS} deep", got=base)
        )
    beside = Path(source).parent / base
    return _laid_over(_tables(base if base in SHIPPED else beside, depth=depth + 1), tables)


def _parse(source: str | Path) -> dict[str, Any]:
    try:
        if str(source) in SHIPPED:
            content = (files("testcentre") / "sites" / f"{source}.toml").read_bytes()
        else:
            content = Path(source).read_bytes()
    except (OSError, ValueError) as problem:
        raise Malformed(_not_readable(source, str(problem))) from None
    if len(content) > MOST_BYTES:
        raise Malformed(_not_readable(source, f"{len(content)} bytes, at most {MOST_BYTES} are read"))
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Malformed(fault("", expected="TOML in UTF-8", got=str(problem), message=f"{source}: {problem}")) from None


def _not_readable(source: str | Path, why: str) -> Refusal:
    return Refusal(
        code="site_file_not_readable",
        message=f"The site file {source} can't be read: {why}.",
        field="source",
        expected=f"{', '.join(SHIPPED)}, or a TOML file",
        got=str(source),
        remedy="Name a site that ships, or a file that exists.",
    )


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return ``below`` with the tables of ``above`` merged in key by key; lists and values are replaced whole."""
    both = dict(below)
    for key, value in above.items():
        under = both.get(key)
        both[key] = _laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return both

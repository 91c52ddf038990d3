"""How the database would find what the product asks of the ledger: plans of the very statements that it runs."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

from bookings.models.claims import NO_OVERLAP

_READS_CLAIMS = re.compile(r"\A\s*SELECT\b.*\b(FROM|JOIN) claim\b", re.DOTALL)


def unindexed(work: Callable[[], object]) -> tuple[int, list[str]]:
    """Run something; return how many statements read claims, and those that don't do so by the constraint's index."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if _READS_CLAIMS.search(sql):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    return len(asked), [sql for sql, params in asked if not _is_indexed(sql, params)]


def _is_indexed(sql: str, params: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        (read,) = cursor.fetchone()
    nodes = list(_nodes((json.loads(read) if isinstance(read, str) else read)[0]["Plan"]))
    in_full = any(node["Node Type"].endswith("Seq Scan") and node.get("Relation Name") == "claim" for node in nodes)
    return not in_full and any(node.get("Index Name") == NO_OVERLAP for node in nodes)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)

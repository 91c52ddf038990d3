"""Cursor pages: `{results, next, previous}` over a total order that nobody else's rows show through."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from testcentre.foundation.errors import Malformed, Refusal

DEFAULT_LIMIT = 50
MOST_LIMIT = 200


def limit_of(request: HttpRequest, *, most: int = MOST_LIMIT) -> int:
    """Return how many rows the asker wants, 1 to `most` (default 50).

    Raises:
        Malformed: `limit` is not such a number.
    """
    raw = request.GET.get("limit", str(DEFAULT_LIMIT))
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw[:6]) <= most:
        raise Malformed(Refusal("bad_limit", "limit is not a number of rows.", "limit", f"1 to {most}", raw[:40]))
    return int(raw)


def cursor_of(request: HttpRequest, parts: int) -> tuple[str, ...] | None:
    """Return the sort key after which the page begins, as texts, or None for the first page.

    Raises:
        Malformed: the cursor is none of ours.
    """
    raw = request.GET.get("cursor")
    if raw is None:
        return None
    try:
        texts = base64.urlsafe_b64decode(raw.encode("ascii") + b"=" * (-len(raw) % 4)).decode("utf-8").split("\n")
    except (UnicodeError, binascii.Error, ValueError):
        texts = []
    if len(texts) != parts or any("\0" in text for text in texts):
        raise Malformed(
            Refusal("bad_cursor", "The cursor is not one of ours.", "cursor", "the `next` of a page before", raw[:40])
        )
    return tuple(texts)


def page(
    request: HttpRequest,
    rows: Sequence[Any],
    *,
    limit: int,
    key: Callable[[Any], Sequence[object]],
    show: Callable[[Any], Any] = lambda row: row,
) -> dict[str, Any]:
    """Return one page; `rows` holds up to `limit + 1` rows, the last one only to know that there are more.

    Pages go forward: `previous` is always null, and a client keeps the addresses it came from.
    """
    shown = rows[:limit]
    following = None
    if len(rows) > limit:
        cursor = base64.urlsafe_b64encode("\n".join(str(k) for k in key(shown[-1])).encode()).decode().rstrip("=")
        query = {**request.GET.dict(), "cursor": cursor}
        following = f"{request.path}?{urlencode(query)}"
    return {"results": [show(row) for row in shown], "next": following, "previous": None}

"""`Idempotency-Key`: the same request again gets the same answer, and is done once.

A key counts per asker, method and path for 24 hours. Successes are kept, refusals are not: they may be tried again.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.requests import body_of
from bookings.models import KeptAnswer
from testcentre.accounts.rest import asker_of
from testcentre.foundation.errors import Malformed, Refusal, Refused

KEPT_FOR = dt.timedelta(hours=24)
LONGEST_KEY = 255
# each request with a key sweeps this many old answers, so that the table stays as long as a day
SWEPT = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """A success that can be kept."""

    status: int
    body: Mapping[str, Any]
    etag: str = ""

    def response(self, *, replayed: bool = False) -> Response:
        """Return it as a response."""
        headers = {"ETag": self.etag} if self.etag else {}
        if replayed:
            headers["Idempotency-Replayed"] = "true"
        return Response(self.body, status=self.status, headers=headers)


def once(request: Request, work: Callable[[], Answer], *, now: dt.datetime) -> Response:
    """Do `work` once per key; a repeat that comes while the first one runs waits for it.

    The answer is kept in the transaction of the work itself, so both are stored or neither.

    Raises:
        Malformed: the key is no key.
        Refused: the key was used for another body (`idempotency_key_reused`).
        Whatever `work` raises; then nothing is kept.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work().response()
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Malformed(
            Refusal(
                "bad_idempotency_key",
                "The Idempotency-Key is not valid.",
                "Idempotency-Key",
                f"1 to {LONGEST_KEY} printable ASCII characters",
                f"{len(key)} characters",
            )
        )
    scope = _digest("\n".join((asker_of(request).identity, str(request.method), request.path, key)).encode())
    asked = _digest(msgspec.json.encode(body_of(request), order="deterministic"))
    with transaction.atomic():
        _wait_for_turn(scope)
        kept = KeptAnswer.objects.filter(scope=scope, kept_at__gt=now - KEPT_FOR).first()
        if kept is not None:
            return _again(kept, asked)
        answer = work()
        KeptAnswer.objects.update_or_create(
            scope=scope,
            defaults={
                "request": asked,
                "status": answer.status,
                "body": answer.body,
                "etag": answer.etag,
                "kept_at": now,
            },
        )
        _sweep(now)
    return answer.response()


def _again(kept: KeptAnswer, asked: str) -> Response:
    if kept.request != asked:
        raise Refused(
            Refusal(
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request.",
                "Idempotency-Key",
                "a new key for each new request",
                "a key whose request had another body",
                "Send this request with a key of its own.",
            )
        )
    return Answer(kept.status, kept.body, kept.etag).response(replayed=True)


def _wait_for_turn(scope: str) -> None:
    """Hold this scope until the transaction ends; always taken before the site's lock, so the two never cross."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(bytes.fromhex(scope[:16]), signed=True)])


def _sweep(now: dt.datetime) -> None:
    old = KeptAnswer.objects.filter(kept_at__lte=now - KEPT_FOR).order_by("kept_at").values("scope")[:SWEPT]
    KeptAnswer.objects.filter(scope__in=list(old.values_list("scope", flat=True))).delete()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

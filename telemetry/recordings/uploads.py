"""Uploads of logs: begun, continued in pieces, finished into a log; each step one transaction.

The newest PATCH wins: it takes a new token, and whoever still writes under an older one can't commit any more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from telemetry.recordings import spool, store
from telemetry.recordings.log_format import format_of
from telemetry.recordings.models import Log, Upload
from telemetry.recordings.queries import flights_of
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Conflict, Malformed, NotFound, Refusal, Refused, Throttled, TooLarge

MOST_BYTES = 16 * 1024**3
MOST_OPEN = 100
MOST_PARTS = 10_000
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """What the creation of an upload asks for; `sha256` in hex may be empty."""

    length: int
    filename: str
    sha256: str = ""
    flight_id: UUID | None = None


@dataclass(frozen=True)
class Turn:
    """The right to continue an upload from `offset`, until a newer one is given out."""

    upload_id: UUID
    token: int
    offset: int
    length: int


def begin_upload(asker: Asker, *, wish: Wish) -> Upload:
    """Make an upload of the asker's organisation; one of no bytes still has to be finished.

    Raises:
        Forbidden, TooLarge, Throttled (too many open ones), Malformed (a flight that is not the asker's).
    """
    asker.require(Permission.UPLOAD_LOGS)
    if wish.length > MOST_BYTES:
        raise TooLarge(
            Refusal("upload_too_large", "The file is too large.", "Upload-Length", f"at most {MOST_BYTES}", wish.length)
        )
    if wish.flight_id is not None and not flights_of(asker).filter(pk=wish.flight_id).exists():
        expected = "the id of a flight of yours"
        raise Malformed(Refusal("unknown_flight", "There is no such flight.", "flight", expected, str(wish.flight_id)))
    with transaction.atomic():
        if _of(asker).filter(log=None).count() >= MOST_OPEN:
            raise Throttled(
                Refusal("too_many_uploads", "Too many uploads are open.", "", f"at most {MOST_OPEN}", MOST_OPEN,
                        "Finish or delete some; unfinished ones are removed after a day."),
                retry_after_s=60,
            )  # fmt: skip
        return Upload.objects.create(
            organisation_id=asker.organisation_id,
            made_by=asker.identity,
            filename=wish.filename,
            declared_sha256=wish.sha256,
            flight_id=wish.flight_id,
            length=wish.length,
        )


def access_upload(asker: Asker, upload_id: UUID) -> Upload:
    """Return an upload of the asker's organisation.

    Raises:
        NotFound: there is none, or it is somebody else's. Forbidden: the role may not upload.
    """
    asker.require(Permission.UPLOAD_LOGS)
    upload = _of(asker).filter(pk=upload_id).first()
    if upload is None:
        raise NotFound(detail="There is no such upload.")
    return upload


def take_turn(asker: Asker, upload_id: UUID, *, offset: int) -> Turn:
    """Begin to continue an upload; every older turn is over from now on.

    Raises:
        Conflict: the upload stands elsewhere. NotFound, Forbidden as above. Refused: cut into too many pieces.
    """
    access_upload(asker, upload_id)
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(pk=upload_id)
        if upload.offset != offset:
            raise Conflict(
                Refusal("offset_differs", "The upload stands elsewhere.", "Upload-Offset", upload.offset, offset,
                        "Ask where it stands with HEAD, and go on from there.")
            )  # fmt: skip
        if len(upload.parts) >= MOST_PARTS:
            raise Refused(
                Refusal("too_many_pieces", "The upload came in too many pieces.", "", f"at most {MOST_PARTS}",
                        MOST_PARTS, "Begin again with larger ones.")
            )  # fmt: skip
        upload.token += 1
        upload.touched_at = utc_now()
        upload.save(update_fields=["token", "touched_at"])
        return Turn(upload.id, upload.token, upload.offset, upload.length)


def commit_part(turn: Turn, *, written: int) -> int:
    """Count `written` synced bytes of the turn's part; returns the new offset.

    Raises:
        Conflict: a newer turn was given out, or the upload was deleted.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update().filter(pk=turn.upload_id, token=turn.token, log=None).first()
        if upload is None:
            message = "A newer request continues this upload."
            raise Conflict(Refusal("turn_over", message, remedy="Ask with HEAD where it stands."))
        parts = [part for part in upload.parts if part[0] != turn.token]
        upload.parts = [*parts, [turn.token, written]] if written else parts
        upload.offset = turn.offset + written
        upload.touched_at = utc_now()
        upload.save(update_fields=["parts", "offset", "touched_at"])
        return upload.offset


def finish_upload(asker: Asker, upload_id: UUID) -> Log:
    """Make a log of an upload whose bytes are all there; done again, it returns the same log.

    Raises:
        Refused: the content has not the SHA-256 that was declared; the upload is removed.
        StorageFull: no room; the upload stays, and asking again finishes it.
    """
    upload = access_upload(asker, upload_id)
    if upload.log is not None:
        return upload.log
    try:
        head, sha256 = _store(upload)
    except FileNotFoundError:
        # Two requests finished at once, and the other one was first.
        return _finished(upload_id)
    if upload.declared_sha256 not in ("", sha256):
        delete_upload(asker, upload_id)
        raise Refused(
            Refusal("sha256_differs", "The content is not what was declared; the upload was removed.", "sha256",
                    upload.declared_sha256, sha256, "Send the file again.")
        )  # fmt: skip
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(pk=upload_id)
        if upload.log is None:
            upload.log = Log.objects.create(
                organisation_id=upload.organisation_id,
                filename=upload.filename,
                bytes=upload.length,
                sha256=sha256,
                format=format_of(head),
                flight_id=upload.flight_id,
            )
            upload.save(update_fields=["log"])
            details = {"bytes": upload.length, "sha256": sha256}
            record(asker, "log.received", subject=f"log:{upload.log.id}", details=details)
        finished = upload.log
    spool.remove(upload_id)
    return finished


def delete_upload(asker: Asker, upload_id: UUID) -> None:
    """Remove an upload and what came of it; a finished log stays."""
    upload = access_upload(asker, upload_id)
    upload.delete()
    spool.remove(upload_id)


def sweep_uploads(now: datetime) -> int:
    """Remove uploads that nobody continued for a day, and what is left of finished ones; returns how many."""
    over = list(Upload.objects.filter(touched_at__lt=now - KEPT).values_list("id", flat=True))
    for upload_id in over:
        Upload.objects.filter(pk=upload_id).delete()
        spool.remove(upload_id)
    return len(over)


def _of(asker: Asker) -> "QuerySet[Upload]":
    return Upload.objects.select_related("log").filter(organisation_id=asker.organisation_id)


def _store(upload: Upload) -> tuple[bytes, str]:
    content = spool.pieces(upload.id, upload.parts)
    head = next(content, b"")
    sha256, size = store.put(chain([head], content))
    if size != upload.length:
        raise FileNotFoundError(f"upload {upload.id}: expected {upload.length} bytes in the spool, got {size}")
    return head[:64], sha256


def _finished(upload_id: UUID) -> Log:
    upload = Upload.objects.select_related("log").filter(pk=upload_id).first()
    if upload is None or upload.log is None:
        raise NotFound(detail="There is no such upload.")
    return upload.log

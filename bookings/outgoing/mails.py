"""Send the e-mails that wait: one sender at a time per e-mail, tried again for a day, then given up."""

import datetime as dt
import logging
import smtplib
import uuid
from collections import defaultdict
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction

from bookings.models import Mail, MailWish, Sending
from bookings.outgoing import retry
from bookings.outgoing.kinds import DISABLED, TOLD
from bookings.outgoing.mail_texts import Text, digest_of, text_of
from testcentre.accounts.models import Membership, User
from testcentre.accounts.roles import Permission, roles_that_may
from testcentre.foundation.clock import utc_now

log = logging.getLogger(__name__)

AT_ONCE = 20
MOST_TOGETHER = 1000
CLAIM = dt.timedelta(seconds=300)
"""Longer than 20 e-mails to a server that does not answer take; after it, what a dead sender left is sent again."""
_LOCK = 0x4D41494C  # "MAIL": one claimer at a time, so that a digest is never split


def send_due(now: dt.datetime) -> int:
    """Claim what is due, and send it; return how many rows were done with.

    May run in any number of processes. A crash after the server took a mail repeats it with the same Message-ID.
    """
    claimed = claim_due(now)
    for bundle in _bundles(claimed):
        _send_bundle(bundle)
    return len(claimed)


def claim_due(now: dt.datetime) -> list[Mail]:
    """Take up to 20 e-mails that are due for this caller alone, and with each digest all that is due in it."""
    claim = uuid.uuid4()
    due = Mail.objects.filter(state=Sending.WAITING, due_at__lte=now)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return []
        first = list(due.order_by("due_at", "created_at")[:AT_ONCE].values_list("id", "user_id", "digest"))
        users = {user_id for _, user_id, is_digest in first if is_digest}
        along = due.filter(user_id__in=users, digest=True).order_by("due_at").values_list("id", flat=True)
        ids = {mail_id for mail_id, _, _ in first} | set(along[:MOST_TOGETHER])
        Mail.objects.filter(id__in=ids).update(claim=claim, due_at=now + CLAIM)
    rows = Mail.objects.filter(claim=claim).select_related(
        "user__notifications", "organisation", "booking__organisation"
    )
    return list(rows.prefetch_related("booking__booked_resources__resource").order_by("created_at", "id"))


def _bundles(mails: list[Mail]) -> list[list[Mail]]:
    """Put a person's digest together; every other e-mail goes alone."""
    digests: dict[UUID, list[Mail]] = defaultdict(list)
    for mail in mails:
        if mail.digest:
            digests[mail.user_id].append(mail)
    return [*([mail] for mail in mails if not mail.digest), *digests.values()]


def _send_bundle(bundle: list[Mail]) -> None:
    wanted = [mail for mail in bundle if _is_still_wanted(mail)]
    _end([mail for mail in bundle if mail not in wanted], Sending.DROPPED, now=utc_now())
    if not wanted:
        return
    user = wanted[0].user
    text = (digest_of(wanted, language=user.language) if wanted[0].digest
            else text_of(wanted[0], language=user.language))  # fmt: skip
    try:
        _hand_over(user, text, message_id=wanted[0].id)
    except (smtplib.SMTPException, OSError) as problem:
        log.warning("mail %s: %s", wanted[0].id, type(problem).__name__)
        _again(wanted, problem, now=utc_now())
        return
    _end(wanted, Sending.DONE, now=utc_now())


def _is_still_wanted(mail: Mail) -> bool:
    """Say whether the person still is who should be told, and there is still something to tell."""
    chosen = getattr(mail.user, "notifications", None)
    if chosen is not None and chosen.mail == MailWish.NONE:
        return False
    told = TOLD.get(mail.kind)
    audience = told.mail if told else None
    if audience is None and mail.kind != DISABLED:
        return False  # written by an older version, which told of it
    if told and told.only_while and mail.booking and mail.booking.state != told.only_while:
        return False  # somebody has decided
    permission = audience.permission if audience else Permission.WRITE_WEBHOOKS  # they hear of webhooks alone
    rows = Membership.objects.filter(user=mail.user_id, user__is_active=True, organisation=mail.organisation_id)
    return rows.filter(role__in=roles_that_may(permission)).exists()


def _hand_over(user: User, text: Text, *, message_id: UUID) -> None:
    """Give one e-mail to the mail server, or to a file where none is set."""
    message = EmailMessage(
        text.subject,
        text.body,
        settings.DEFAULT_FROM_EMAIL,
        [user.email],
        headers={"Message-ID": f"<{message_id}@testcentre>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
    message.send()


def _again(mails: list[Mail], problem: Exception, *, now: dt.datetime) -> None:
    """Put e-mails in line again; what the server refuses for good (5xx to the recipient) is given up."""
    words = f"{type(problem).__name__}: {problem}"[:300]
    for mail in mails:
        tried = mail.tried + 1
        again = None if _is_final(problem) else retry.next_try(retry.MAIL_DELAYS_S, tried=tried, now=now)
        state = Sending.WAITING if again else Sending.FAILED
        Mail.objects.filter(pk=mail.pk, claim=mail.claim).update(
            state=state, due_at=again, ended_at=None if again else now, tried=tried, error=words, claim=None
        )


def _end(mails: list[Mail], state: Sending, *, now: dt.datetime) -> None:
    for mail in mails:
        tried = mail.tried + (state is Sending.DONE)
        ended = {"state": state, "due_at": None, "ended_at": now, "tried": tried, "claim": None, "error": ""}
        Mail.objects.filter(pk=mail.pk, claim=mail.claim).update(**ended)


def _is_final(problem: Exception) -> bool:
    if not isinstance(problem, smtplib.SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _ in problem.recipients.values())

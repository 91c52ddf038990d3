"""Range staff waive rules for a booking that is there: who, why, until when."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from bookings.actions.transaction import in_site_transaction
from bookings.models import Booking, Waiver
from bookings.queries.access import access_booking
from bookings.rules import RULE_CODES
from bookings.rules.states import CLAIMING_STATES
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Conflict, Forbidden, Malformed, Refusal


def waive_rules(
    asker: Asker,
    booking_id: UUID,
    codes: Sequence[str],
    *,
    now: dt.datetime,
    reason: str,
    until: dt.datetime | None = None,
) -> Booking:
    """Waive rules for a hold or booking, for what is decided of it until then; each code by a role that may.

    Raises:
        NotFound: there is no such booking.
        Malformed: there is no such rule, or `until` is past.
        Forbidden: the role may not waive one of them.
        Conflict: the booking holds nothing any more.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(Permission.BOOK_FOR_OTHERS)
        _refuse(asker, codes, until, now=now)
        if booking.state not in CLAIMING_STATES:
            raise Conflict(
                Refusal(
                    "wrong_state",
                    f"A booking that is {booking.state} needs no waiver.",
                    "state",
                    sorted(CLAIMING_STATES),
                    booking.state,
                    "Read the booking again.",
                )
            )
        Waiver.objects.bulk_create(
            Waiver(
                booking=booking,
                code=code,
                reason=reason,
                until=until,
                waived_by=asker.identity,
                waived_by_name=asker.label,
                waived_as=asker.role,
                created_at=now,
            )
            for code in codes
        )
        booking.waived = sorted({*booking.waived, *codes})
        booking.version += 1
        booking.save(update_fields=["waived", "version"])
        details = {"codes": sorted(codes), "until": to_rfc3339(until) if until else None}
        record(asker, "booking.waive", subject=f"booking:{booking.id}", reason=reason, details=details)
        return booking

    return in_site_transaction(work)


def _refuse(asker: Asker, codes: Sequence[str], until: dt.datetime | None, *, now: dt.datetime) -> None:
    faults = [
        Refusal("not_a_rule", "There is no such rule.", f"codes[{place}]", "the code of a rule", code, "Name another.")
        for place, code in enumerate(codes)
        if code not in RULE_CODES
    ]
    if until is not None and until <= now:
        faults.append(
            Refusal(
                "waiver_over",
                "The waiver would be over at once.",
                "until",
                f"later than {to_rfc3339(now)}",
                to_rfc3339(until),
                "Name a later time, or none.",
            )
        )
    if faults:
        raise Malformed(*faults)
    not_theirs = [code for code in codes if asker.role not in RULE_CODES[code].waivable_by]
    if not_theirs:
        raise Forbidden(
            *(
                Refusal(
                    "not_waivable",
                    f"The role {asker.role} may not waive {code}.",
                    "codes",
                    list(RULE_CODES[code].waivable_by) or "nobody may",
                    str(asker.role),
                    "Ask somebody with one of these roles.",
                )
                for code in not_theirs
            )
        )

"""What happens to bookings becomes deliveries and e-mails in the transaction of the event; sending comes later."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from bookings import events
from bookings.models import Booking, Delivery, Mail, MailWish
from bookings.outgoing.kinds import CLASSIFIED, TOLD, Audience, Told
from bookings.rules.facts import Classification
from testcentre.accounts.roles import Kind, Permission, roles_that_may
from testcentre.foundation.clock import to_rfc3339, utc_now

DAILY_AT = dt.time(5, 0)  # UTC: before the day's first slot, summer and winter

# in SQL, and both at once: every change of a booking asks, mostly for nobody
_WEBHOOKS = """
    SELECT id, NULL::uuid, NULL FROM bookings_webhook
    WHERE organisation_id = %(organisation)s AND active AND (kinds = '{}' OR %(type)s = ANY (kinds))
"""
_PEOPLE = """
    SELECT member.user_id, member.organisation_id, coalesce(chosen.mail, 'each')
    FROM accounts_membership AS member
    JOIN accounts_user AS person ON person.id = member.user_id AND person.is_active
    LEFT JOIN bookings_notifications AS chosen ON chosen.user_id = member.user_id
    WHERE member.role = ANY (%(roles)s) AND coalesce(chosen.mail, 'each') <> 'none' AND member.organisation_id
"""
_OF_ONE = "= %(people_of)s"
_OF_RANGE = "IN (SELECT id FROM accounts_organisation WHERE kind = %(range)s)"


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody who wants e-mails about an organisation, one for each event or one a day."""

    user_id: UUID
    organisation_id: UUID
    daily: bool


def subscribe() -> None:
    """Hear every event of bookings that the table of kinds lists, from now on."""
    events.subscribe(events.Event, tell)


def tell(event: events.Event) -> None:
    """Write a delivery for each webhook that wants it and an e-mail for each person who does.

    What belongs to an organisation says so in its payload; the range's people hear of everybody's.
    """
    told = TOLD.get(event.kind)
    if told is None:
        return
    payload = event.payload
    organisation_id = UUID(payload["organisation"])
    webhooks, people = _listeners(told, organisation_id)
    if not webhooks and not people:
        return
    now = utc_now()
    booking = Booking.objects.get(pk=payload["booking"]) if "booking" in payload else None
    if webhooks and told.webhook:
        classified = booking is not None and is_classified(booking)
        kind = CLASSIFIED if classified else told.webhook
        put_in_line(webhooks, kind, message(kind, _content(payload, booking), now=now), booking=booking, now=now)
    write_mails(people, event.kind, booking=booking, facts=payload, now=now)


def put_in_line(
    webhooks: Iterable[UUID], kind: str, body: str, *, booking: Booking | None = None, now: dt.datetime
) -> list[Delivery]:
    """Write one delivery per webhook (their ids), due now."""
    return Delivery.objects.bulk_create(
        Delivery(webhook_id=webhook, kind=kind, booking=booking, body=body, created_at=now, due_at=now)
        for webhook in webhooks
    )


def message(kind: str, data: Mapping[str, Any], *, now: dt.datetime) -> str:
    """Return the body of a message: `{type, timestamp, data}` as Standard Webhooks advises."""
    return json.dumps({"type": kind, "timestamp": to_rfc3339(now), "data": data}, separators=(",", ":"))


def people_who_may(permission: Permission, organisation_id: UUID) -> list[Listener]:
    """Return who may do something in an organisation, without those who want no e-mail."""
    values = {"roles": list(roles_that_may(permission)), "people_of": organisation_id}
    return _listening(_PEOPLE + _OF_ONE, values)[1]


def write_mails(
    people: Iterable[Listener],
    kind: str,
    *,
    booking: Booking | None = None,
    facts: Mapping[str, Any] | None = None,
    now: dt.datetime,
) -> None:
    """Write one e-mail per person about one event."""
    gather = TOLD[kind].gather if kind in TOLD else None
    event = uuid.uuid4()
    rows = []
    for person in people:
        due = next_day(now) if person.daily else next_span(now, gather) if gather else now
        rows.append(
            Mail(
                id=uuid.uuid4(),
                user_id=person.user_id,
                organisation_id=person.organisation_id,
                kind=kind,
                event=event,
                booking=booking,
                facts=dict(facts or {}),
                digest=person.daily or gather is not None,
                created_at=now,
                due_at=due,
            )
        )
    Mail.objects.bulk_create(rows, ignore_conflicts=True)


def next_day(now: dt.datetime) -> dt.datetime:
    """Return the next 05:00 UTC after `now`."""
    today = dt.datetime.combine(now.date(), DAILY_AT, dt.UTC)
    return today if now < today else today + dt.timedelta(days=1)


def next_span(now: dt.datetime, span: dt.timedelta) -> dt.datetime:
    """Return the end of the span, counted from midnight, in which `now` lies."""
    midnight = dt.datetime.combine(now.date(), dt.time(), dt.UTC)
    return midnight + span * ((now - midnight) // span + 1)


def is_classified(booking: Booking) -> bool:
    """Say whether only the fact that there is something to look at may leave us."""
    return booking.classification != Classification.UNCLASSIFIED


def _listeners(told: Told, organisation_id: UUID) -> tuple[list[UUID], list[Listener]]:
    """Return the webhooks (their ids) and the people that want to know."""
    queries = []
    values: dict[str, Any] = {"organisation": organisation_id, "people_of": organisation_id, "range": Kind.RANGE}
    if told.webhook:
        queries.append(_WEBHOOKS)
        values["type"] = told.webhook
    if told.mail:
        queries.append(_PEOPLE + (_OF_ONE if told.mail is Audience.BOOKERS else _OF_RANGE))
        values["roles"] = list(roles_that_may(told.mail.permission))
    return _listening(" UNION ALL ".join(queries), values)


def _listening(query: str, values: Mapping[str, Any]) -> tuple[list[UUID], list[Listener]]:
    """Return what a query of the kinds above finds: a webhook has no organisation named beside it."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found = cursor.fetchall()
    webhooks = [webhook for webhook, of, _ in found if of is None]
    people = [Listener(person, of, wish == MailWish.DAILY) for person, of, wish in found if of is not None]
    return webhooks, people


def _content(payload: Mapping[str, Any], booking: Booking | None) -> dict[str, Any]:
    if booking is None:
        return dict(payload)
    if is_classified(booking):
        return {"booking": str(booking.id)}
    return {**payload, "version": booking.version}

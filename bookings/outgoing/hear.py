"""What happens to bookings becomes deliveries and e-mails in the transaction of the event; sending comes later."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings import events
from bookings.models import Booking, Delivery, Mail, MailWish, Webhook
from bookings.outgoing.kinds import CLASSIFIED, TOLD, Audience
from bookings.rules.facts import Classification
from testcentre.accounts.models import Membership
from testcentre.accounts.roles import Kind, Permission, roles_that_may
from testcentre.foundation.clock import to_rfc3339, utc_now

DAILY_AT = dt.time(5, 0)  # UTC: before the day's first slot, summer and winter


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
    webhooks = list(_webhooks(organisation_id, told.webhook)) if told.webhook else []
    people = list(_audience(told.mail, organisation_id)) if told.mail else []
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
    webhooks: Iterable[Webhook], kind: str, body: str, *, booking: Booking | None = None, now: dt.datetime
) -> list[Delivery]:
    """Write one delivery per webhook, due now."""
    return Delivery.objects.bulk_create(
        Delivery(webhook=webhook, kind=kind, booking=booking, body=body, created_at=now, due_at=now)
        for webhook in webhooks
    )


def message(kind: str, data: Mapping[str, Any], *, now: dt.datetime) -> str:
    """Return the body of a message: `{type, timestamp, data}` as Standard Webhooks advises."""
    return json.dumps({"type": kind, "timestamp": to_rfc3339(now), "data": data}, separators=(",", ":"))


def people_who_may(permission: Permission, organisation_id: UUID | None) -> "QuerySet[Membership]":
    """Return who may do something in an organisation (None: in the range's), without those who want no e-mail."""
    rows = Membership.objects.filter(user__is_active=True, role__in=roles_that_may(permission))
    if organisation_id is None:
        rows = rows.filter(organisation__kind=Kind.RANGE)
    else:
        rows = rows.filter(organisation_id=organisation_id)
    return rows.exclude(user__notifications__mail=MailWish.NONE).select_related("user__notifications")


def write_mails(
    people: Iterable[Membership],
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
    for member in people:
        chosen = getattr(member.user, "notifications", None)
        daily = chosen is not None and chosen.mail == MailWish.DAILY
        due = next_day(now) if daily else next_span(now, gather) if gather else now
        rows.append(
            Mail(
                id=uuid.uuid4(),
                user=member.user,
                organisation_id=member.organisation_id,
                kind=kind,
                event=event,
                booking=booking,
                facts=dict(facts or {}),
                digest=daily or gather is not None,
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


def _audience(audience: Audience, organisation_id: UUID) -> "QuerySet[Membership]":
    return people_who_may(audience.permission, organisation_id if audience is Audience.BOOKERS else None)


def _webhooks(organisation_id: UUID, kind: str) -> "QuerySet[Webhook]":
    wanted = Q(kinds__contains=[kind]) | Q(kinds=[])
    return Webhook.objects.filter(wanted, organisation_id=organisation_id, active=True)


def _content(payload: Mapping[str, Any], booking: Booking | None) -> dict[str, Any]:
    if booking is None:
        return dict(payload)
    if is_classified(booking):
        return {"booking": str(booking.id)}
    return {**payload, "version": booking.version}

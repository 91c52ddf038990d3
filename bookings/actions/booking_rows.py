"""A decision as rows: the booking, its parts, its claims, and what it was decided on."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.db import models

from bookings.actions.approvals import steps_of
from bookings.actions.decide import Decision
from bookings.actions.make_room import make_room
from bookings.actions.plan import Plan, Wish
from bookings.actions.pricing import first_price, keep_moved_price, price_of_move
from bookings.claims.ledger import enter
from bookings.models import BookedResource, Booking, BookingDecision, Crew, Resource, Volume, Waiver
from bookings.models.booking import NextSerial
from bookings.rules import RULES_VERSION, judge_papers
from bookings.rules.facts import Classification, VolumeFacts, VolumeKind
from bookings.rules.hazard_details import HazardDetails
from bookings.rules.states import BookingState
from bookings.rules.wants import Want
from testcentre.foundation.rows import insert_together

# who asked for it most lately; nobody of them approves it
MOST_ASKERS = 50


def new_booking(
    decision: Decision,
    *,
    state: BookingState,
    now: dt.datetime,
    hold_until: dt.datetime | None = None,
    flights: Mapping[UUID, UUID] | None = None,
) -> Booking:
    """Write a booking that nothing refuses, with all its parts, claims and price; `flights` are ids by aircraft."""
    plan, wish = decision.plan, decision.plan.wish
    booking = Booking(
        organisation=plan.organisation,
        serial=NextSerial(models.Value(plan.organisation.id, output_field=models.UUIDField())),
        block=plan.block,
        state=state,
        purpose=wish.purpose,
        start=decision.slot[0],
        end=decision.slot[1],
        classification=wish.classification,
        may_rechoose=wish.may_rechoose,
        separation_m=wish.separation_m,
        separation_ft=wish.separation_ft,
        series=wish.series,
        hazard_details=_stored(wish.hazard_details),
        waived=_waived(decision),
        waiver_reason=wish.waiver_reason if decision.waived else "",
        created_at=now,
        asked_by=[plan.asked_by] if plan.asked_by else [],
        hold_until=hold_until,
        attention=[refusal.as_dict() for refusal in judge_papers(plan.facts_at(decision.slot))],
    )
    insert_together(
        booking,
        [
            *_parts_of(booking, decision, flights=flights or {}),
            *_waivers_of(booking, decision, now=now),
            *steps_of(booking, decision.approvals if state is BookingState.REQUESTED else (), now=now),
            _kept(booking, decision, action="request", now=now),
            first_price(booking, decision, now=now),
        ],
    )
    _claim(booking, decision, now=now)
    return booking


def rewrite_booking(booking: Booking, decision: Decision, *, now: dt.datetime) -> None:
    """Give a booking another slot or other parts; its old claims must have been given back before."""
    wish = decision.plan.wish
    moved = price_of_move(booking, decision, now=now)
    booking.purpose = wish.purpose
    booking.start, booking.end = decision.slot
    booking.classification = wish.classification
    booking.may_rechoose = wish.may_rechoose
    booking.separation_m, booking.separation_ft = wish.separation_m, wish.separation_ft
    booking.hazard_details = _stored(wish.hazard_details)
    booking.waived = _waived(decision)
    booking.waiver_reason = (wish.waiver_reason or booking.waiver_reason) if decision.waived else ""
    booking.attention = [refusal.as_dict() for refusal in judge_papers(decision.plan.facts_at(decision.slot))]
    askers = dict.fromkeys([*booking.asked_by, decision.plan.asked_by])
    booking.asked_by = [identity for identity in askers if identity][-MOST_ASKERS:]
    booking.save()
    flights = {member.aircraft_id: member.flight_id for member in booking.crew.all()}
    for parts in (booking.crew, booking.booked_resources, booking.volumes):
        parts.all().delete()
    rows = [*_parts_of(booking, decision, flights=flights), *_waivers_of(booking, decision, now=now)]
    insert_together(_kept(booking, decision, action="change", now=now), rows)
    _claim(booking, decision, now=now)
    keep_moved_price(booking, decision, moved, now=now)


def wish_of(booking: Booking) -> Wish:
    """Return what a booking asked for, so that it can be planned anew."""
    return Wish(
        crew=tuple((member.aircraft_id, member.pilot_id) for member in booking.crew.all()),
        purpose=booking.purpose,
        start=booking.start,
        end=booking.end,
        resources=tuple(msgspec.convert(booked.want, Want) for booked in booking.booked_resources.all()),
        volumes=tuple(_facts_of(volume) for volume in booking.volumes.all()),
        classification=Classification(booking.classification),
        organisation_id=booking.organisation_id,
        may_rechoose=booking.may_rechoose,
        separation_m=booking.separation_m,
        separation_ft=booking.separation_ft,
        series=booking.series,
        hazard_details=msgspec.convert(booking.hazard_details, HazardDetails | None),
    )


def waiver_of(booking: Booking, plan: Plan, code: str, *, now: dt.datetime) -> Waiver:
    """Return the row of one rule that the asker of a plan waives, not yet saved."""
    return Waiver(
        booking=booking,
        code=code,
        reason=plan.wish.waiver_reason,
        until=plan.wish.waive_until,
        waived_by=plan.asked_by,
        waived_by_name=plan.asked_by_name,
        waived_as=plan.facts.asker_role,
        created_at=now,
    )


def keep_decision(booking: Booking, decision: Decision, *, action: str, now: dt.datetime) -> None:
    """Keep the facts that a decision was made on."""
    _kept(booking, decision, action=action, now=now).save(force_insert=True)


def _kept(booking: Booking, decision: Decision, *, action: str, now: dt.datetime) -> BookingDecision:
    """Return the row of the facts that a decision was made on; what the site's version says is not repeated."""
    facts = decision.plan.facts
    kept = {
        "now": facts.now,
        "start": decision.slot[0],
        "end": decision.slot[1],
        "organisation": facts.organisation,
        "asker_role": facts.asker_role,
        "classification": facts.classification,
        "waivers": sorted(facts.waivers),
        "resources": [resource.code for resource in decision.resources if resource],
        "crew": facts.crew,
        "volumes": facts.volumes,
        "hazard_details": facts.hazard_details,
    }
    return BookingDecision(
        booking=booking,
        decided_at=now,
        action=action,
        site_version=decision.plan.site.version,
        rules_version=RULES_VERSION,
        facts=msgspec.to_builtins(kept, str_keys=True),
        waived=_waived(decision),
    )


def _parts_of(
    booking: Booking, decision: Decision, *, flights: Mapping[UUID, Any]
) -> Iterator[Crew | BookedResource | Volume]:
    plan = decision.plan
    for place, (aircraft, pilot) in enumerate(plan.crew):
        yield Crew(
            booking=booking,
            organisation=plan.organisation,
            aircraft=aircraft,
            pilot=pilot,
            place=place,
            flight_id=flights.get(aircraft.id),
        )
    for place, resource in enumerate(decision.resources):
        if resource:
            yield _booked(booking, decision, resource, place)
    for place, volume in enumerate(plan.wish.volumes):
        yield Volume.of_facts(booking, volume, place=place)


def _claim(booking: Booking, decision: Decision, *, now: dt.datetime) -> None:
    plan = decision.plan
    make_room(decision.moves, now=now)
    claims = [(need, choice) for need, choice in zip(plan.needs, decision.choices, strict=True) if choice is not None]
    enter(booking.id, claims, slot=decision.slot)


def _waivers_of(booking: Booking, decision: Decision, *, now: dt.datetime) -> Iterator[Waiver]:
    """Yield what the asker waived now; what was waived before has its rows."""
    plan = decision.plan
    newly = {refusal.code for refusal in decision.waived} & (plan.wish.waive - plan.facts.granted)
    for code in sorted(newly):
        yield waiver_of(booking, plan, code, now=now)


def _booked(booking: Booking, decision: Decision, resource: Resource, place: int) -> BookedResource:
    want = decision.plan.wish.wants[place]
    start, end = decision.plan.needs[place].period(decision.slot)
    return BookedResource(
        booking=booking,
        resource=resource,
        place=place,
        want={name: value for name, value in msgspec.to_builtins(want).items() if value},
        start=start,
        end=end,
    )


def _facts_of(volume: Volume) -> VolumeFacts:
    return VolumeFacts(
        outline=tuple((corner[0], corner[1]) for corner in volume.polygon["coordinates"][0]),
        ceiling_ft_amsl=volume.ceiling_ft_amsl,
        floor_ft_amsl=volume.floor_ft_amsl,
        kind=VolumeKind(volume.kind),
    )


def _stored(details: HazardDetails | None) -> Any:
    return msgspec.to_builtins(details) if details else None


def _waived(decision: Decision) -> list[str]:
    return sorted({refusal.code for refusal in decision.waived})

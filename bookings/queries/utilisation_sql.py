"""The set algebra of utilisation: every figure is hours of the clock, counted once however many bookings cover them."""

# a resource may be had for so long before and after the slot: the index of slots is asked a little wider
FIGURES = """
    WITH cell AS (
        SELECT n, span FROM unnest(%(cells)s::tstzrange[]) WITH ORDINALITY AS wanted(span, n)
    ), booked AS (
        SELECT booking.id, booked.resource_id, booking.state, booking.hold_until,
               CASE WHEN booking.classification = %(open_label)s OR booking.organisation_id = %(asker)s OR %(knows)s
                    THEN booking.organisation_id END AS organisation_id,
               coalesce(booked.start, booking.start) AS starts, coalesce(booked."end", booking."end") AS ends,
               least(booking.ended_at, CASE WHEN booking.state = ANY(%(going_on)s) THEN %(now)s END) AS ended,
               EXISTS (SELECT FROM bookings_crew AS crew
                       WHERE crew.booking_id = booking.id AND crew.flight_id IS NOT NULL) AS is_granted,
               EXISTS (SELECT FROM bookings_bookingprice AS price
                       WHERE price.booking_id = booking.id AND price.cause = 'weather')
               AND NOT EXISTS (SELECT FROM bookings_bookingprice AS price
                       WHERE price.booking_id = booking.id AND price.reason = 'weather_rejected') AS is_weather
        FROM bookings_booking AS booking
        LEFT JOIN bookings_bookedresource AS booked ON booked.booking_id = booking.id
        WHERE booking.start < %(until)s + interval '32 days' AND booking."end" > %(since)s - interval '32 days'
          AND (%(only)s::uuid IS NULL OR booking.organisation_id = %(only)s)
          AND booking.state NOT IN ('draft', 'held')
    ), asked AS (
        -- what was held and let go before it was submitted was never asked for
        SELECT * FROM booked
        WHERE hold_until IS NULL OR is_granted OR state NOT IN ('expired', 'cancelled', 'displaced')
           OR EXISTS (SELECT FROM bookings_bookingapproval AS step WHERE step.booking_id = booked.id)
    ), piece(resource_id, organisation_id, what, span) AS (
        SELECT resource_id, organisation_id, kind.what, tstzrange(starts, ends)
        FROM asked CROSS JOIN LATERAL (VALUES
            ('asked', true),
            ('granted', is_granted),
            ('cancelled', state = 'cancelled' AND NOT is_weather),
            ('weather', state = 'cancelled' AND is_weather),
            ('no_show', state = 'no_show')
        ) AS kind(what, counts)
        WHERE kind.counts
        UNION ALL
        SELECT resource_id, organisation_id, 'used', tstzrange(starts, least(ends, ended))
        FROM asked WHERE state = ANY(%(used)s) AND starts < least(ends, ended)
        UNION ALL
        SELECT asked.resource_id, asked.organisation_id, 'flown', tstzrange(crew.flown_from, crew.flown_until)
        FROM asked JOIN bookings_crew AS crew ON crew.booking_id = asked.id
        WHERE crew.flown_from IS NOT NULL
        UNION ALL
        SELECT closed.resource_id, NULL, 'closed',
               tstzrange(closure.start, least(closure."end", CASE WHEN closure.lifted_at IS NOT NULL
                                                       THEN greatest(closure.start, closure.lifted_at) END))
        FROM bookings_closure AS closure JOIN bookings_closure_resources AS closed ON closed.closure_id = closure.id
        WHERE %(tells_closures)s AND closure.start < %(until)s AND closure."end" > %(since)s
    ), summed AS (
        SELECT cell.n, CASE WHEN %(by_resource)s THEN piece.resource_id END AS resource_id,
               CASE WHEN NOT %(by_resource)s THEN piece.organisation_id END AS organisation_id,
               piece.what, range_agg(piece.span * cell.span) AS spans
        FROM piece JOIN cell ON piece.span && cell.span
        GROUP BY 1, 2, 3, 4
    )
    SELECT n - 1, resource_id, organisation_id, what,
           (SELECT extract(epoch FROM sum(upper(one) - lower(one)))::float8 FROM unnest(spans) AS one)
    FROM summed
"""

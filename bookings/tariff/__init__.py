"""What a booking costs: pure arithmetic over site data, exact to the cent, no framework."""

from bookings.tariff.cancellation import (
    Cause,
    Fee,
    fee_of_cancellation,
    fee_of_late_move,
    fee_of_no_show,
    price_of_fee,
)
from bookings.tariff.price import Asked, AskedResource, Line, Price, asked_of, price_of
from bookings.tariff.terms import Tariff, Unit

__all__ = [
    "Asked",
    "AskedResource",
    "Cause",
    "Fee",
    "Line",
    "Price",
    "Tariff",
    "Unit",
    "asked_of",
    "fee_of_cancellation",
    "fee_of_late_move",
    "fee_of_no_show",
    "price_of",
    "price_of_fee",
]

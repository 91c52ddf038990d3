"""Rectangles in metres beside the reference point, as rings of longitude and latitude."""

from bookings.geometry import plane_at
from bookings.rules.facts import Ring

ARP = (52.2758333, 6.8891667)


def square(*, east_m: float, north_m: float, width_m: float, depth_m: float) -> Ring:
    to_geographic = plane_at(*ARP).to_geographic
    corners = [(0, 0), (width_m, 0), (width_m, depth_m), (0, depth_m), (0, 0)]
    return tuple(to_geographic(east_m + east, north_m + north) for east, north in corners)

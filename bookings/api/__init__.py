"""The HTTP edge of bookings: translate in, one domain call, translate out."""

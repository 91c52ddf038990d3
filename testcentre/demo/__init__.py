"""The demo: three organisations with people, bookings around now, and a simulated cargo drone that flies in them."""

"""The HTTP edge of telemetry: translate in, one domain call, translate out."""

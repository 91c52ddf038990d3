"""The gateway process: sockets → grant → decode → stream and feed; it runs without Django and without a database."""

from telemetry.gateway.process import GatewaySettings, run

__all__ = ["GatewaySettings", "run"]

"""Signatures of webhooks as Standard Webhooks 1.0.0 has them; needs no Django.

Source: standard-webhooks/standard-webhooks, spec/standard-webhooks.md, symmetric scheme `v1`.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """Return a new secret: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def headers(message_id: str, body: bytes, *, timestamp_s: int, signing: Sequence[str]) -> dict[str, str]:
    """Return the three headers of a message; it is signed under each of the secrets, the newest first."""
    signatures = [_signature(secret, message_id, timestamp_s, body) for secret in signing]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def _signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")

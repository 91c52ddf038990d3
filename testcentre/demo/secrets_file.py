"""The demo's passwords and its drone's key: made once for each installation, readable by its owner alone."""

import json
import os
import secrets
from pathlib import Path

NAME = "demo-accounts.json"
# Without letters that look like others: these are read from a terminal and typed.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


class DemoSecrets:
    """Give passwords by e-mail address and the drone's MAVLink key; what was not there yet is made and kept."""

    def __init__(self, data: Path) -> None:
        self._path = data / NAME
        self._kept: dict[str, str] = json.loads(self._path.read_text()) if self._path.exists() else {}

    def password(self, email: str) -> tuple[str, bool]:
        """Return the password of an account, and whether it was made just now."""
        is_new = email not in self._kept
        if is_new:
            self._keep(email, "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4)))
        return self._kept[email], is_new

    def signing_key(self) -> bytes:
        """Return the simulated drone's 32-byte key for MAVLink 2 signatures."""
        if "signing_key" not in self._kept:
            self._keep("signing_key", secrets.token_hex(32))
        return bytes.fromhex(self._kept["signing_key"])

    def _keep(self, name: str, value: str) -> None:
        self._kept[name] = value
        new = self._path.with_suffix(".new")
        new.unlink(missing_ok=True)
        # Never readable by others, not even for a moment; whole or not there, whatever kills us.
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self._kept, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)

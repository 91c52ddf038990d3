"""Lines of iCalendar (RFC 5545); pure. A library would be heavier than these four functions, and slower by far."""

import datetime as dt
from collections.abc import Iterable

_FOLD_BYTES = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def text(value: str) -> str:
    """Return a text value, escaped (3.3.11); control characters, which no line may hold, become blanks."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(sign if sign == "\n" or (ord(sign) >= 32 and ord(sign) != 127) else " " for sign in lines).translate(
        _ESCAPES
    )


def instant(moment: dt.datetime) -> str:
    """Return an instant in UTC (3.3.5, form 2), whole seconds."""
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def document(lines: Iterable[str]) -> bytes:
    """Return content lines, folded (3.1) and ended by CRLF, as UTF-8."""
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _folded(line: str) -> bytes:
    """Cut a line after at most 75 bytes, never inside a character; what follows begins with a blank."""
    parts, part = [], b""
    for sign in line:
        encoded = sign.encode("utf-8", "replace")
        if len(part) + len(encoded) > _FOLD_BYTES:
            parts.append(part)
            part = b" "
        part += encoded
    return b"\r\n".join([*parts, part])

"""The words of tus 1.0: reading its headers (https://tus.io/protocols/resumable-upload, 1.0.0)."""

import base64
import binascii
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from uuid import UUID

from telemetry.recordings.uploads import MOST_BYTES, Wish
from testcentre.foundation.errors import Malformed, PreconditionFailed, Refusal

VERSION = "1.0.0"
PATCH_TYPE = "application/offset+octet-stream"
CAPABILITIES = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,termination,expiration",
    "Tus-Max-Size": str(MOST_BYTES),
}
LONGEST_NAME = 255
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_version(headers: Mapping[str, str]) -> None:
    """Go on only with a client that speaks our version.

    Raises:
        PreconditionFailed: another version, or none named.
    """
    got = headers.get("tus-resumable")
    if got != VERSION:
        raise PreconditionFailed(
            Refusal(
                "tus_version", "This version of tus is not spoken here.", "Tus-Resumable", VERSION, got and got[:40]
            )
        )


def count(headers: Mapping[str, str], name: str) -> int:
    """Return a header that is a count of bytes.

    Raises:
        Malformed: missing, negative, or no whole number of at most 18 digits.
    """
    raw = headers.get(name.lower(), "")
    if not _WHOLE.fullmatch(raw):
        expected = "a whole number from 0"
        raise Malformed(Refusal("bad_length", f"{name} is no count of bytes.", name, expected, raw[:40] or None))
    return int(raw)


def wish_of(headers: Mapping[str, str]) -> Wish:
    """Return what a creation asks for.

    Raises:
        Malformed: bad length or metadata, with every fault of the metadata at once.
    """
    length = count(headers, "Upload-Length")
    metadata = _metadata(headers.get("upload-metadata", ""))
    faults = [
        *_name_faults(metadata.get("filename", "")),
        *_id_faults(metadata.get("flight")),
        *_hash_faults(metadata.get("sha256")),
    ]
    if faults:
        raise Malformed(*faults)
    return Wish(
        length,
        PurePosixPath(metadata["filename"].replace("\\", "/")).name,
        metadata.get("sha256", "").lower(),
        UUID(metadata["flight"]) if metadata.get("flight") else None,
    )


def _metadata(raw: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in raw.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError) as problem:
            message = f"The value of {key[:40]!r} can't be read."
            refusal = Refusal("bad_metadata", message, "Upload-Metadata", "UTF-8 in base64", value[:40])
            raise Malformed(refusal) from problem
    return found


def _name_faults(name: str) -> list[Refusal]:
    if name and len(name) <= LONGEST_NAME and not _CONTROL.search(name) and PurePosixPath(name.replace("\\", "/")).name:
        return []
    expected = f"1 to {LONGEST_NAME} characters without control characters"
    return [Refusal("bad_filename", "filename is missing or can't be used.", "Upload-Metadata", expected, name[:40])]


def _id_faults(raw: str | None) -> list[Refusal]:
    try:
        UUID(raw or str(UUID(int=0)))
    except ValueError:
        return [Refusal("bad_flight", "flight is no id.", "Upload-Metadata", "a UUID", (raw or "")[:40])]
    return []


def _hash_faults(raw: str | None) -> list[Refusal]:
    if raw is None or _SHA256.fullmatch(raw.lower()):
        return []
    return [Refusal("bad_sha256", "sha256 is no SHA-256.", "Upload-Metadata", "64 hex digits", raw[:40])]

"""Every setting of the service, read from the environment and checked once."""

import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?", re.ASCII)


class BadSetting(Exception):
    """A setting is missing or wrong; the text is one sentence: expected, got, what to do."""


@dataclass(frozen=True)
class Environment:
    """What one process of the service needs to know; the names of the variables stand in `.env.example`."""

    database_url: str
    database_pool: int
    redis_url: str
    redis_stream_url: str
    secret_key: str
    keys_key: str
    data: Path
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    secure_cookies: bool
    trusted_proxies: int
    debug: bool
    mavlink_host: str
    mavlink_udp_port: int
    mavlink_tcp_port: int
    gateway_name: str
    ingest_kib_per_s: int
    public_url: str
    email_url: str
    email_from: str
    webhook_loopback: bool
    objects_url: str
    objects_endpoint: str
    objects_region: str
    objects_access_key: str
    objects_secret_key: str

    @property
    def objects(self) -> Path:
        """Return the folder of the object store, or of its temporary files where the objects lie in a bucket."""
        return self.data / "objects"

    @property
    def spool(self) -> Path:
        """Return the folder where uploads arrive; all web processes share it."""
        return self.data / "spool"


def read(source: Mapping[str, str] = os.environ) -> Environment:
    """Read and check all settings.

    Raises:
        BadSetting: for the first variable that is missing or wrong.
    """
    return Environment(
        database_url=_url(source, "DATABASE_URL", "postgresql"),
        database_pool=_number(source, "TESTCENTRE_DATABASE_POOL", 0, 200),
        redis_url=_url(source, "REDIS_URL", "redis", "rediss", "unix"),
        redis_stream_url=_url(source, "REDIS_STREAM_URL", "redis", "rediss", "unix"),
        secret_key=_secret(source, "TESTCENTRE_SECRET_KEY"),
        keys_key=_fernet_key(source, "TESTCENTRE_KEYS_KEY"),
        data=Path(_text(source, "TESTCENTRE_DATA")),
        allowed_hosts=_list(source, "TESTCENTRE_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]"),
        trusted_origins=_list(source, "TESTCENTRE_TRUSTED_ORIGINS", ""),
        secure_cookies=_flag(source, "TESTCENTRE_SECURE_COOKIES"),
        trusted_proxies=_number(source, "TESTCENTRE_TRUSTED_PROXIES", 0, 9),
        debug=_flag(source, "TESTCENTRE_DEBUG"),
        mavlink_host=source.get("MAVLINK_HOST", "0.0.0.0"),  # noqa: S104 — aircraft come from anywhere; admission decides
        mavlink_udp_port=_number(source, "MAVLINK_UDP_PORT", 14550, 65535),
        mavlink_tcp_port=_number(source, "MAVLINK_TCP_PORT", 5760, 65535),
        gateway_name=source.get("GATEWAY_NAME", "gateway-1"),
        ingest_kib_per_s=_number(source, "TESTCENTRE_INGEST_KIB_PER_S", 1024, 1_048_576, least=64),
        public_url=_checked(
            "TESTCENTRE_PUBLIC_URL",
            source.get("TESTCENTRE_PUBLIC_URL", "http://127.0.0.1:8000"),
            lambda v: urlsplit(v).scheme in {"http", "https"} and bool(urlsplit(v).hostname),
            "a URL that begins with http:// or https://",
        ),
        email_url=_mail_server(source, "TESTCENTRE_EMAIL_URL"),
        email_from=source.get("TESTCENTRE_EMAIL_FROM", "testcentre@localhost"),
        webhook_loopback=_flag(source, "TESTCENTRE_WEBHOOK_LOOPBACK"),
        objects_url=_checked(
            "OBJECTS_URL",
            source.get("OBJECTS_URL", ""),
            lambda v: not v or _BUCKET.fullmatch(v) is not None,
            "s3://BUCKET or s3://BUCKET/PREFIX",
        ),
        objects_endpoint=_checked(
            "OBJECTS_ENDPOINT",
            source.get("OBJECTS_ENDPOINT", ""),
            lambda v: not v or (urlsplit(v).scheme in {"http", "https"} and bool(urlsplit(v).hostname)),
            "a URL that begins with http:// or https://",
        ),
        objects_region=source.get("OBJECTS_REGION", "us-east-1"),
        objects_access_key=source.get("OBJECTS_ACCESS_KEY", ""),
        objects_secret_key=_checked(
            "OBJECTS_SECRET_KEY",
            source.get("OBJECTS_SECRET_KEY", ""),
            lambda v: bool(v) == bool(source.get("OBJECTS_ACCESS_KEY", "")),
            "set together with OBJECTS_ACCESS_KEY, or neither",
        ),
    )


def _text(source: Mapping[str, str], name: str) -> str:
    value = source.get(name, "")
    if not value:
        raise BadSetting(f"{name} is not set: set it, or start with `testcentre up`, which sets everything itself.")
    return value


def _url(source: Mapping[str, str], name: str, *schemes: str) -> str:
    value = _text(source, name)
    if urlsplit(value).scheme not in schemes:
        raise BadSetting(
            f"{name} must be a URL that begins with {' or '.join(f'{s}://' for s in schemes)}, got {value!r}."
        )
    return value


def _mail_server(source: Mapping[str, str], name: str) -> str:
    value = source.get(name, "")
    parts = urlsplit(value)
    if value and (parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname):
        raise BadSetting(f"{name} must be smtp://, smtp+tls:// or smtps:// with a host, got something else.")
    return value


def _secret(source: Mapping[str, str], name: str) -> str:
    value = _text(source, name)
    if len(value) < 32:
        raise BadSetting(f"{name} must have at least 32 characters, got {len(value)}.")
    return value


def _fernet_key(source: Mapping[str, str], name: str) -> str:
    value = _text(source, name)
    return _checked(name, value, lambda v: len(base64.urlsafe_b64decode(v)) == 32, "32 bytes in URL-safe base64")


def _number(source: Mapping[str, str], name: str, default: int, most: int, *, least: int = 0) -> int:
    value = source.get(name, str(default))
    return int(_checked(name, value, lambda v: least <= int(v) <= most, f"a whole number from {least} to {most}"))


def _flag(source: Mapping[str, str], name: str) -> bool:
    return _checked(name, source.get(name, "0"), lambda v: v in {"0", "1"}, "0 or 1") == "1"


def _list(source: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in source.get(name, default).split(",") if part.strip())


def _checked(name: str, value: str, is_fine: Callable[[str], bool], expected: str) -> str:
    try:
        fine = is_fine(value)
    except ValueError:
        fine = False
    if not fine:
        shown = "something else" if name.endswith("KEY") else repr(value)
        raise BadSetting(f"{name} must be {expected}, got {shown}.")
    return value

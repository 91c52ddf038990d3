"""What a role may do: this table and no other place says it."""

from enum import StrEnum


class Kind(StrEnum):
    """What an organisation is."""

    COMPANY = "company"
    RANGE = "range"
    EDUCATION = "education"
    DEFENCE = "defence"


class Role(StrEnum):
    """What a person or key is in its organisation."""

    VIEWER = "viewer"
    PILOT = "pilot"
    ENGINEER = "engineer"
    BOOKER = "booker"
    ADMIN = "admin"
    OPERATOR = "operator"
    SAFETY = "safety"
    DUTY_OFFICER = "duty_officer"
    SPECTRUM = "spectrum"
    LASER_SAFETY = "laser_safety"
    SECURITY = "security"
    MANAGER = "manager"
    AUDITOR = "auditor"


COMPANY_ROLES = frozenset({Role.VIEWER, Role.PILOT, Role.ENGINEER, Role.BOOKER, Role.ADMIN})
RANGE_ROLES = frozenset(Role) - COMPANY_ROLES


class Permission(StrEnum):
    """Something that a role may do; in a company always with its own things only."""

    SEE_SITE = "see_site"
    SEE_BOOKINGS = "see_bookings"
    BOOK = "book"
    WRITE_FLEET = "write_fleet"
    CANCEL = "cancel"
    APPROVE = "approve"
    SET_GATES = "set_gates"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    CHECK_IN = "check_in"
    ACTIVATE = "activate"
    COMPLETE = "complete"
    RELEASE = "release"
    NO_SHOW = "no_show"
    BOOK_FOR_OTHERS = "book_for_others"
    SEE_FLIGHTS = "see_flights"
    SEND_TELEMETRY = "send_telemetry"
    READ_RECORDINGS = "read_recordings"
    UPLOAD_LOGS = "upload_logs"
    READ_LOGS = "read_logs"
    WATCH_RANGE = "watch_range"
    ADMIT_LINKS = "admit_links"
    ADMIT_IN_EMERGENCY = "admit_in_emergency"
    SEE_RESTRICTED = "see_restricted"
    SEE_METRICS = "see_metrics"
    WRITE_NOTAM = "write_notam"
    SEE_INVOICES = "see_invoices"
    CHECK_WEATHER = "check_weather"
    WRITE_WEBHOOKS = "write_webhooks"
    CLOSE_FOR_MAINTENANCE = "close_for_maintenance"
    CLOSE_FOR_WEATHER = "close_for_weather"  # and NOTAM
    CLOSE_FOR_PRIORITY = "close_for_priority"  # military, medical


_P = Permission
_EVERYBODY = frozenset({_P.SEE_SITE, _P.SEE_BOOKINGS, _P.SEE_FLIGHTS})
_RANGE_STAFF = _EVERYBODY | {_P.WATCH_RANGE, _P.SEE_METRICS, _P.READ_RECORDINGS}
_APPROVER = _RANGE_STAFF | {_P.APPROVE, _P.SET_GATES}
_BOOKER = _EVERYBODY | {
    _P.BOOK, _P.WRITE_FLEET, _P.CANCEL, _P.CHECK_IN, _P.RELEASE, _P.SEND_TELEMETRY, _P.READ_RECORDINGS, _P.READ_LOGS,
    _P.SEE_INVOICES,
}  # fmt: skip

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _EVERYBODY,
    Role.PILOT: _EVERYBODY | {_P.READ_RECORDINGS, _P.READ_LOGS},
    Role.ENGINEER: _EVERYBODY | {_P.CHECK_IN, _P.SEND_TELEMETRY, _P.READ_RECORDINGS, _P.UPLOAD_LOGS, _P.READ_LOGS},
    Role.BOOKER: _BOOKER,
    Role.ADMIN: _BOOKER | {_P.WRITE_WEBHOOKS, _P.UPLOAD_LOGS},
    Role.OPERATOR: _APPROVER
    | {_P.CONFIRM, _P.REFUSE, _P.CHECK_IN, _P.ACTIVATE, _P.COMPLETE, _P.RELEASE, _P.NO_SHOW, _P.BOOK_FOR_OTHERS}
    | {_P.CHECK_WEATHER, _P.WRITE_NOTAM, _P.CLOSE_FOR_MAINTENANCE, _P.CLOSE_FOR_WEATHER, _P.ADMIT_LINKS}
    | {_P.ADMIT_IN_EMERGENCY},
    Role.SAFETY: _APPROVER | {_P.CONFIRM, _P.REFUSE, _P.SEE_RESTRICTED, _P.ADMIT_LINKS},
    Role.DUTY_OFFICER: _APPROVER | {_P.WRITE_NOTAM, _P.CLOSE_FOR_WEATHER},
    Role.SPECTRUM: _APPROVER,
    Role.LASER_SAFETY: _APPROVER,
    Role.SECURITY: _APPROVER | {_P.SEE_RESTRICTED},
    Role.MANAGER: _APPROVER
    | {
        _P.WRITE_WEBHOOKS,
        _P.CONFIRM,
        _P.REFUSE,
        _P.CANCEL,
        _P.NO_SHOW,
        _P.BOOK_FOR_OTHERS,
        _P.SEE_RESTRICTED,
        _P.SEE_INVOICES,
        _P.CHECK_WEATHER,
        _P.WRITE_NOTAM,
        _P.CLOSE_FOR_MAINTENANCE,
        _P.CLOSE_FOR_WEATHER,
        _P.CLOSE_FOR_PRIORITY,
    },
    Role.AUDITOR: _RANGE_STAFF | {_P.SEE_RESTRICTED, _P.SEE_INVOICES},
}


def roles_of(kind: Kind) -> frozenset[Role]:
    """Return the roles that people and keys of such an organisation may have."""
    return RANGE_ROLES if kind is Kind.RANGE else COMPANY_ROLES


def roles_that_may(permission: Permission) -> frozenset[Role]:
    """Return every role that has the permission."""
    return frozenset(role for role, granted in ROLE_PERMISSIONS.items() if permission in granted)

"""What can go wrong in the domain, told without a word about HTTP."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """One reason why something can't be done: rule, expected, got, remedy and who may waive it."""

    code: str
    message: str
    field: str = ""
    expected: object = None
    got: object = None
    remedy: str = ""
    waivable_by: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the refusal as the API tells it."""
        return {
            "code": self.code,
            "field": self.field,
            "message": self.message,
            "expected": self.expected,
            "got": self.got,
            "remedy": self.remedy,
            "waivable_by": list(self.waivable_by),
        }


class DomainError(Exception):
    """A request that the domain refuses, with all its reasons at once."""

    title = "Refused"

    def __init__(
        self,
        *refusals: Refusal,
        detail: str = "",
        alternatives: Iterable[Mapping[str, Any]] = (),
        retry_after_s: int | None = None,
    ) -> None:
        self.refusals = refusals
        self.detail = detail or "; ".join(r.message for r in refusals) or self.title
        self.alternatives = tuple(dict(a) for a in alternatives)
        self.retry_after_s = retry_after_s
        super().__init__(self.detail)


class Malformed(DomainError):
    """The request has faults of form."""

    title = "Malformed request"


class Unauthenticated(DomainError):
    """Nobody has signed in."""

    title = "Not signed in"


class Forbidden(DomainError):
    """The asker's role does not allow this."""

    title = "Not allowed"


class NotFound(DomainError):
    """There is no such thing, or it belongs to somebody else: the two are never told apart."""

    title = "Not found"


class Clash(DomainError):
    """Somebody else has what was asked for, and that is all that refuses."""

    title = "Already taken"


class Conflict(DomainError):
    """The thing is in a state in which this can't be done."""

    title = "Not possible in this state"


class PreconditionFailed(DomainError):
    """The thing has changed since the asker read it."""

    title = "Changed meanwhile"


class PreconditionRequired(DomainError):
    """The asker must say which version is meant."""

    title = "Version required"


class TooLarge(DomainError):
    """The body is over its limit."""

    title = "Too large"


class UnsupportedType(DomainError):
    """The body is of a kind that is not read here."""

    title = "Unsupported media type"


class Refused(DomainError):
    """One or more rules refuse."""

    title = "Refused by the rules"


class Throttled(DomainError):
    """Too many requests; `retry_after_s` says when to come back."""

    title = "Too many requests"


class Unavailable(DomainError):
    """An engine does not answer; nothing was done."""

    title = "Not available now"


class StorageFull(DomainError):
    """No room to keep more; nothing was stored."""

    title = "Storage is full"

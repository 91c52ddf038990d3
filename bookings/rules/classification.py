"""Classification: a site handles labels up to its own, and refuses higher ones."""

from collections.abc import Iterable

from bookings.rules.code import RuleCode
from bookings.rules.facts import BookingFacts, Classification
from testcentre.foundation.errors import Refusal

CLASSIFICATION_TOO_HIGH = RuleCode("classification_too_high", "The label is above what this site may handle.")
CODES = (CLASSIFICATION_TOO_HIGH,)


def classification_too_high(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse a label above the site's highest."""
    highest = facts.site.classification_max
    if facts.classification.rank > highest.rank:
        allowed = [label.value for label in Classification if label.rank <= highest.rank]
        yield CLASSIFICATION_TOO_HIGH.refuse(
            f"This site handles up to {highest.value}, the booking is {facts.classification.value}.",
            field="classification",
            expected=allowed,
            got=facts.classification.value,
            remedy="Leave what is classified higher out of this system; ask the security officer.",
        )

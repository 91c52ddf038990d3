"""A refusal's code, declared once: what it means and who may waive it."""

from dataclasses import dataclass

from testcentre.foundation.errors import Refusal


@dataclass(frozen=True, slots=True)
class RuleCode:
    """One reason to refuse; ``means`` is its line in docs/reference/rules.md."""

    code: str
    means: str
    waivable_by: tuple[str, ...] = ()

    def refuse(self, message: str, *, field: str, expected: object, got: object, remedy: str) -> Refusal:
        """Return the refusal of this code for one case."""
        return Refusal(
            code=self.code,
            message=message,
            field=field,
            expected=expected,
            got=got,
            remedy=remedy,
            waivable_by=self.waivable_by,
        )


RANGE_DESK = ("operator", "manager")
MANAGER = ("manager",)

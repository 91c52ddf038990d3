"""Changes are made to what the asker has read, and to nothing newer."""

from testcentre.foundation.errors import PreconditionFailed, Refusal


def refuse_other_version(current: int, *, read: int | None) -> None:
    """Go on only where the thing is still as it was read; None is whichever it is.

    Raises:
        PreconditionFailed: it has changed.
    """
    if read is not None and read != current:
        raise PreconditionFailed(
            Refusal(
                "changed_meanwhile",
                "It has changed since it was read.",
                "If-Match",
                f'"{current}"',
                f'"{read}"',
                "Read it again and decide anew.",
            )
        )

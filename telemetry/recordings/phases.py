"""The phases of a flight and the one table of how they follow each other."""

from enum import StrEnum


class Phase(StrEnum):
    """How far a flight is; it never goes back."""

    EXPECTED = "expected"
    RECORDING = "recording"
    ENDED = "ended"
    SEALED = "sealed"


class Step(StrEnum):
    """What moves a flight on."""

    RECEIVE = "receive"  # the first batch was drained
    END = "end"  # completed, cancelled, or its period and margin are over
    SEAL = "seal"  # everything acknowledged is drained; nothing is added any more


TRANSITIONS: dict[tuple[Phase, Step], Phase] = {
    (Phase.EXPECTED, Step.RECEIVE): Phase.RECORDING,
    (Phase.EXPECTED, Step.END): Phase.ENDED,
    (Phase.RECORDING, Step.END): Phase.ENDED,
    (Phase.ENDED, Step.SEAL): Phase.SEALED,
}


def after(phase: str, step: Step) -> Phase:
    """Return the phase after a step; a step that the table doesn't know changes nothing."""
    return TRANSITIONS.get((Phase(phase), step), Phase(phase))


def phases_before(step: Step) -> list[Phase]:
    """Return the phases in which a step does something."""
    return [phase for phase, known in TRANSITIONS if known is step]

"""Which choice meets which need: as many needs as can be, no lane of a resource twice.

Two wants for "any safety officer" must not both be given the same one, and a plain want must not take the only one who
is qualified from a want that asks for the qualification: a matching, grown need by need along augmenting paths (Kuhn).
"""

from collections.abc import Callable, Sequence

from bookings.claims.needs import Choice, Need
from bookings.models import Resource


def choose(
    needs: Sequence[Need], busy: set[tuple[int, int]], *, rank: Callable[[Need, Resource], int]
) -> list[Choice | None]:
    """Return the choice for each need, or None where nobody can give it any more.

    Of the free choices those of the lowest `rank` (how much refuses the resource) are tried first, then in order.
    """
    options = [_options(need, n, busy, rank) for n, need in enumerate(needs)]
    chosen: list[Choice | None] = [None] * len(needs)
    holder: dict[tuple[int, str], int] = {}

    def give(n: int, seen: set[tuple[int, str]]) -> bool:
        # what nobody holds first: who has something keeps it where it can
        for choice in sorted(options[n], key=lambda choice: _place(choice) in holder):
            place = _place(choice)
            if choice.resource is None:
                chosen[n] = choice
                return True
            if place in seen:
                continue
            seen.add(place)
            if place not in holder or give(holder[place], seen):
                holder[place], chosen[n] = n, choice
                return True
        return False

    for n in range(len(needs)):
        give(n, set())
    return chosen


def _place(choice: Choice) -> tuple[int, str]:
    return choice.rows[0].key, choice.rows[0].lanes


def _options(need: Need, n: int, busy: set[tuple[int, int]], rank: Callable[[Need, Resource], int]) -> Sequence[Choice]:
    free = [choice for c, choice in enumerate(need.choices) if (n, c) not in busy]
    if len({choice.resource.id for choice in free if choice.resource}) <= 1:
        return free
    ranks = {choice.resource.id: rank(need, choice.resource) for choice in free if choice.resource}
    return sorted(free, key=lambda choice: ranks[choice.resource.id] if choice.resource else 0)

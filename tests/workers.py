"""Which tests stay together when several processes share them (`pytest -n 2`)."""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/stories/test_book_a_set.py": "the product",
    "tests/stories/test_book_it.py": "the product",
    "tests/stories/test_everybody_can_use_it.py": "the product",
    "tests/stories/test_keep_it.py": "the product",
    "tests/stories/test_watch_it.py": "the product",
    "tests/stories/test_keep_real_logs.py": "real logs",  # long: a group begins early
    "tests/telemetry/simulator/test_flight_model.py": "flights",
    "tests/testcentre/test_embedded.py": "engines",
}
"""Modules whose tests share what is dear to start or to make: each name's tests run in one process."""


def group_of(nodeid: str) -> str | None:
    """Return the name of the group that a test belongs to, if any."""
    return TOGETHER.get(nodeid.partition("::")[0])


class Sharing(LoadScopeScheduling):
    """Deal out first what stays together, the largest group first, then every other test by itself.

    xdist's own way to group, its mark `xdist_group`, does nothing with pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid) or nodeid

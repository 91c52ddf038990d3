"""Blocking calls from the bare ASGI doors."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from channels.db import DatabaseSyncToAsync

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking call in a thread of its own and give its database connection back afterwards.

    Not thread-sensitive: the doors' calls share nothing, and a long one (a hash of gigabytes) must not hold up others.
    """
    wrapped: Any = DatabaseSyncToAsync(call, thread_sensitive=False)
    result: T = await wrapped(*args, **kwargs)
    return result

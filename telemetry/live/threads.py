"""Blocking reads of the live sockets: a few threads of their own, so that a frozen engine stops nobody else."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections

MOST_THREADS = 4

_threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="live")
T = TypeVar("T")


async def in_thread(call: Callable[[], T]) -> T:
    """Run a blocking call that may use the database; its connection goes back to the pool afterwards."""

    def run() -> T:
        close_old_connections()
        try:
            return call()
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_threads, run)

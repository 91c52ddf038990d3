"""Open Redis with a time limit on everything, and tell its failures in two words: Down and Full."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

# A frozen Redis answers nothing and closes nothing: only these limits end the wait.
CONNECT_TIMEOUT_S = 2.0
ANSWER_TIMEOUT_S = 3.0
BLOCK_MS = 1000

# The clients are typed Any: redis-py's annotations can't tell a client that never decodes from one that does.
_FULL = ("OOM", "MISCONF")


class Down(Exception):
    """Redis did not answer in time or hung up; whether the last command was carried out is unknown."""


class Full(Exception):
    """Redis refuses to keep more; nothing was stored."""


def open_async(url: str, *, repeat: bool = True, answer_s: float = ANSWER_TIMEOUT_S) -> Any:
    """Return an asyncio client; it connects at the first command.

    With `repeat` a command is sent once more when the connection turns out to be lost, as after a restart of Redis:
    for commands that may be carried out twice. A connection or an answer is waited for `answer_s` at most.
    """
    return redis.asyncio.Redis.from_url(
        url, retry=AsyncRetry(NoBackoff(), int(repeat), (ConnectionLost,)), **_options(answer_s)
    )


def open_sync(url: str) -> Any:
    """Return a blocking client, otherwise as `open_async`."""
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 1, (ConnectionLost,)), **_options())


def _options(answer_s: float = ANSWER_TIMEOUT_S) -> dict[str, Any]:
    return {
        "socket_connect_timeout": min(CONNECT_TIMEOUT_S, answer_s),
        "socket_timeout": answer_s,
        "protocol": 2,
        "max_connections": 64,
    }


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn what redis-py raises into Down or Full; anything else is a fault of ours and passes."""
    try:
        yield
    except ResponseError as problem:
        raise failure(problem, what) from problem
    except (RedisError, OSError, TimeoutError) as problem:
        raise Down(f"{what}: {str(problem) or type(problem).__name__}") from problem


def failure(problem: Exception, what: str) -> Exception:
    """Return Full when Redis has no room, Down when it is not fit to answer, else the error itself."""
    text = str(problem)
    if text.startswith(_FULL) or type(problem).__name__ == "OutOfMemoryError":
        return Full(f"{what}: {text}")
    if isinstance(problem, ResponseError) and not text.startswith(("READONLY", "NOREPLICAS", "LOADING")):
        return problem
    return Down(f"{what}: {text}")

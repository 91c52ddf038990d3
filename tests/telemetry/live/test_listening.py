import asyncio

import pytest

from telemetry.live.listening import _forever


@pytest.mark.asyncio
async def test_a_job_ends_also_where_its_cancellation_comes_out_as_an_error_of_the_connection() -> None:
    begun = asyncio.Event()

    async def job() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise OSError("the connection was cut") from None

    task = asyncio.create_task(_forever(job))
    await begun.wait()
    task.cancel()

    await asyncio.wait_for(asyncio.wait([task]), 5)

    assert task.done()

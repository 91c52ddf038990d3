"""The Celery application: queues, limits and the timetable of `beat`."""

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "testcentre.settings")

app = Celery("testcentre")


def configure(celery: Celery) -> None:
    """Set it up so that no dying worker loses a task: acknowledged when done, one at a time, soon given to another."""
    from django.conf import settings  # noqa: PLC0415 — the settings module is named just above

    url: str = settings.REDIS_URL
    transport: dict[str, Any] = {
        "visibility_timeout": 900,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
    }
    celery.conf.update(
        broker_url=url.replace("unix://", "redis+socket://", 1) if url.startswith("unix://") else url,
        broker_connection_retry_on_startup=True,
        broker_transport_options=transport,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        task_time_limit=600,
        task_default_queue="prompt",
        task_routes={"telemetry.tasks.drain_*": {"queue": "drain"}, "bookings.tasks.send_*": {"queue": "outgoing"}},
        timezone="UTC",
        beat_schedule=BEAT,
    )


BEAT: dict[str, dict[str, Any]] = {
    "look for batches to drain": {
        "task": "telemetry.tasks.drain_backlog",
        "schedule": 2.0,
        "options": {"queue": "drain", "expires": 2},
    },
    "seal ended flights": {
        "task": "telemetry.tasks.seal_ended_flights",
        "schedule": 5.0,
        "options": {"queue": "prompt", "expires": 5},
    },
    "send what is due to webhooks": {
        "task": "bookings.tasks.send_webhooks",
        "schedule": 2.0,
        "options": {"queue": "outgoing", "expires": 2},
    },
    "send the e-mails that are due": {
        "task": "bookings.tasks.send_mails",
        "schedule": 2.0,
        "options": {"queue": "outgoing", "expires": 2},
    },
    "sweep what was sent long ago": {
        "task": "bookings.tasks.sweep_outgoing",
        "schedule": 3600.0,
        "options": {"queue": "prompt", "expires": 3600},
    },
    "end what is over": {
        "task": "bookings.tasks.end_what_is_over",
        "schedule": 5.0,
        "options": {"queue": "prompt", "expires": 5},
    },
    "look at approvals that are due": {
        "task": "bookings.tasks.look_at_approvals",
        "schedule": 30.0,
        "options": {"queue": "prompt", "expires": 30},
    },
    "look at the papers of bookings": {
        "task": "bookings.tasks.look_at_papers",
        "schedule": 3600.0,
        "options": {"queue": "prompt", "expires": 3600},
    },
    "sweep what nothing refers to": {
        "task": "telemetry.tasks.sweep",
        "schedule": 3600.0,
        "options": {"queue": "prompt", "expires": 3600},
    },
}

configure(app)
app.autodiscover_tasks(["bookings", "telemetry"])

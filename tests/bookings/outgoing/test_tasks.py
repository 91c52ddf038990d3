"""The tasks that send, and beat that starts them."""

import json
from pathlib import Path

import pytest

from bookings import tasks
from bookings.models import Mail, Sending
from bookings.outgoing.webhooks import add_webhook
from testcentre.celery import BEAT, app
from tests.bookings.outgoing.cast import confirmed, member
from tests.bookings.outgoing.receiver import receiving
from tests.factories import load_exercise
from tests.people import person

pytestmark = pytest.mark.django_db


def test_the_tasks_send_all_that_is_due(mail_folder: Path, to_loopback: None) -> None:
    load_exercise()
    admin, booker = person("aero/admin"), member("aero/booker")
    with receiving() as receiver:
        add_webhook(admin.asker, url=receiver.url, kinds=(), description="")
        for _ in range(3):
            confirmed(admin)
        tasks.send_webhooks()
        tasks.send_mails()
        assert len({json.loads(r.body)["data"]["booking"] for r in receiver.received}) == 3
        assert len(receiver.received) == 6
    assert Mail.objects.filter(user=booker, state=Sending.DONE).count() == 3
    tasks.sweep_outgoing()
    assert len(list(mail_folder.iterdir())) == 3


def test_beat_looks_for_what_is_due_every_two_seconds() -> None:
    looks = {entry["task"]: (entry["schedule"], entry["options"]["queue"]) for entry in BEAT.values()}
    for name in ("bookings.tasks.send_webhooks", "bookings.tasks.send_mails"):
        assert looks[name] == (2.0, "outgoing")
        assert name in app.tasks

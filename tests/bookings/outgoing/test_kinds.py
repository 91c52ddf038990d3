"""The one table of kinds, its texts and its pages say the same."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from bookings import events
from bookings.outgoing import mails
from bookings.outgoing.kinds import CLASSIFIED, DISABLED, TEST, TOLD
from bookings.outgoing.mail_texts import TEXTS, render

ROOT = Path(__file__).resolve().parents[3]
FACTS = {"number": "AERO-1", "count": 2, "entries": [("AERO-1", "/a")], "link": "https://range.example/"}
MAILED = [*(kind for kind, told in TOLD.items() if told.mail), DISABLED, "classified", "digest"]


def kinds_of(event: type[events.Event]) -> set[str]:
    own = {event.kind} if hasattr(event, "kind") else set()
    return own.union(*(kinds_of(below) for below in event.__subclasses__()))


def test_every_kind_in_the_table_is_announced() -> None:
    assert set(TOLD) <= kinds_of(events.Event)


def test_types_of_webhooks_are_distinct() -> None:
    types = [told.webhook for told in TOLD.values() if told.webhook]
    assert len({*types, CLASSIFIED, TEST}) == len(types) + 2


def test_the_page_lists_every_type() -> None:
    page = (ROOT / "docs/reference/webhooks.md").read_text()
    told = set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", page, re.MULTILINE))
    assert told == {kind.webhook for kind in TOLD.values() if kind.webhook} | {CLASSIFIED, TEST}


def test_every_code_has_its_line() -> None:
    pages = "".join((ROOT / f"docs/reference/{name}.md").read_text() for name in ("webhooks", "calendar"))
    sources = "".join(path.read_text() for path in (ROOT / "bookings/outgoing").glob("*.py"))
    used = set(re.findall(r'Refusal\(\s*"([a-z_]+)"', sources))
    assert used - set(re.findall(r"`([a-z_]+)`", pages)) == set()


@pytest.mark.parametrize("kind", MAILED)
def test_every_mail_has_its_text_in_every_language(kind: str) -> None:
    texts = [render(kind, language, FACTS) for language, _ in settings.LANGUAGES]
    assert all(text.subject and text.body.strip() for text in texts)
    assert len({text.subject for text in texts}) == len(texts)


def test_no_text_is_left_over() -> None:
    names = {path.name.partition(".")[0] for path in TEXTS.glob("*.txt")}
    assert names == {*MAILED, "footer"}


def test_sending_is_bounded() -> None:
    assert mails.CLAIM.total_seconds() > mails.AT_ONCE * settings.EMAIL_TIMEOUT

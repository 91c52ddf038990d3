"""The site that is open day and night, and webhooks that may go to this machine."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def site(db: None) -> None:
    from tests.factories import load_exercise  # noqa: PLC0415 — after Django's set-up

    load_exercise()


@pytest.fixture
def to_loopback(settings: Settings) -> None:
    """Allow webhooks to this machine, as TESTCENTRE_WEBHOOK_LOOPBACK does."""
    settings.WEBHOOK_LOOPBACK = True


@pytest.fixture
def mail_folder(settings: Settings, tmp_path: Path) -> Path:
    """Have e-mails written to files, as without TESTCENTRE_EMAIL_URL."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"

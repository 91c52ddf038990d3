"""A bad setting stops the start with one sentence."""

import pytest

from testcentre.environment import BadSetting, read

GOOD = {
    "DATABASE_URL": "postgresql://testcentre@127.0.0.1/testcentre",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "REDIS_STREAM_URL": "redis://127.0.0.1:6380/0",
    "TESTCENTRE_SECRET_KEY": "s" * 50,
    "TESTCENTRE_KEYS_KEY": "A" * 43 + "=",
    "TESTCENTRE_DATA": "data",
}


def test_the_needed_settings_are_enough() -> None:
    environment = read(GOOD)
    assert (environment.mavlink_udp_port, environment.debug, environment.objects.name) == (14550, False, "objects")


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name} is not set"):
        read({k: v for k, v in GOOD.items() if k != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "127.0.0.1"),
        ("TESTCENTRE_SECRET_KEY", "short"),
        ("TESTCENTRE_KEYS_KEY", "not base64!"),
        ("MAVLINK_UDP_PORT", "70000"),
        ("MAVLINK_UDP_PORT", "-1"),
        ("MAVLINK_UDP_PORT", "many"),
        ("TESTCENTRE_DEBUG", "yes"),
        ("TESTCENTRE_EMAIL_URL", "imap://mail.example"),
        ("TESTCENTRE_EMAIL_URL", "smtp://"),
        ("TESTCENTRE_PUBLIC_URL", "range.example"),
        ("TESTCENTRE_WEBHOOK_LOOPBACK", "yes"),
        ("TESTCENTRE_INGEST_KIB_PER_S", "63"),
        ("OBJECTS_URL", "https://s3.example/kept"),
        ("OBJECTS_URL", "s3://"),
        ("OBJECTS_URL", "s3://kept//twice"),
        ("OBJECTS_ENDPOINT", "s3.example:9000"),
        ("OBJECTS_SECRET_KEY", "without the other one"),
    ],
)
def test_a_wrong_setting_says_what_was_expected(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name} must "):
        read({**GOOD, name: value})


def test_a_secret_is_never_repeated_in_the_sentence() -> None:
    with pytest.raises(BadSetting) as refused:
        read({**GOOD, "TESTCENTRE_KEYS_KEY": "c2VjcmV0"})
    assert "c2VjcmV0" not in str(refused.value)
    with pytest.raises(BadSetting) as refused:
        read({**GOOD, "TESTCENTRE_EMAIL_URL": "smpt://user:word@mail.example"})
    assert "word" not in str(refused.value)
    with pytest.raises(BadSetting) as refused:
        read({**GOOD, "OBJECTS_SECRET_KEY": "swordfish"})
    assert "swordfish" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "s3://kept", "s3://kept.example/range-1/objects"])
def test_a_bucket_may_be_named_with_and_without_a_prefix(url: str) -> None:
    assert read({**GOOD, "OBJECTS_URL": url}).objects_url == url

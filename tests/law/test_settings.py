"""Every setting is documented, and wrong ones are all named at once."""

import re
from pathlib import Path

import pytest

from webapp.config import Settings, SettingsError, read_settings

ROOT = Path(__file__).parents[2]
GOOD = {"TEXTDESK_SECRET_KEY": "k" * 48}


def test_every_setting_is_documented() -> None:
    read = set(re.findall(r"TEXTDESK_\w+", (ROOT / "webapp" / "config.py").read_text()))
    documented = set(re.findall(r"^\| `(TEXTDESK_\w+)`", (ROOT / "docs" / "operating.md").read_text(), re.M))
    assert read == documented


def test_everything_wrong_is_named_at_once() -> None:
    wrong = {
        "TEXTDESK_SMSWORKS_URL": "not an address",
        "TEXTDESK_TIMEZONE": "Mars/Olympus",
        "TEXTDESK_COUNTRY": "ZZ",
        "TEXTDESK_SETTLE_SECONDS": "soon",
        "TEXTDESK_IDLE_MINUTES": "nan",
        "TEXTDESK_HTTPS_ONLY": "perhaps",
        "TEXTDESK_PROXIES": "1.5",
        "TEXTDESK_HOSTS": "http://texts.example.org",
        "TEXTDESK_OLD_SECRET_KEYS": "hunter2",
    }
    with pytest.raises(SettingsError) as caught:
        read_settings(wrong)
    for name in ("TEXTDESK_SECRET_KEY", *wrong):
        assert name in str(caught.value)


def test_a_short_secret_key_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"TEXTDESK_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_defaults_are_those_of_a_live_installation() -> None:
    settings = read_settings(GOOD)
    assert settings.is_live
    assert settings.smsworks_url == "https://api.thesmsworks.co.uk/v1"
    assert (settings.settle_seconds, settings.country, settings.timezone.key) == (600, "GB", "Europe/London")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8001/v1", "http://localhost:1", "http://127.8.9.1", "http://[::1]:8001/v1"]
)
def test_a_provider_on_this_machine_is_a_sandbox(url: str) -> None:
    assert not read_settings({**GOOD, "TEXTDESK_SMSWORKS_URL": url}).is_live


@pytest.mark.parametrize(
    "url",
    [
        "https://api.thesmsworks.co.uk/v1",
        "https://API.TheSMSWorks.co.uk:443/v1",
        "https://api.thesmsworks.co.uk./v1",
        "https://texts.example.org/v1",
        "http://10.0.0.5/v1",
        "http://localhost.example.org/v1",
        "http://0.0.0.0:8001/v1",
    ],
)
def test_any_provider_elsewhere_may_cost_money(url: str) -> None:
    assert read_settings({**GOOD, "TEXTDESK_SMSWORKS_URL": url}).is_live


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@127.0.0.1/v1",
        "https://hunter2@127.0.0.1/v1",
        "http://127.0.0.1:hunter2/v1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:0/v1",
        "http://:8001/v1",
        "http://[::1/v1",
    ],
)
def test_an_address_that_cannot_be_used_is_named_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({**GOOD, "TEXTDESK_SMSWORKS_URL": url})
    assert "TEXTDESK_SMSWORKS_URL" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("typed", "words"), [("0", "from 0.1 to 1,000,000"), ("2000000", "1,000,000")])
def test_both_bounds_of_a_number_are_named(typed: str, words: str) -> None:
    with pytest.raises(SettingsError, match=f"TEXTDESK_SETTLE_SECONDS.*{words}"):
        read_settings({**GOOD, "TEXTDESK_SETTLE_SECONDS": typed})


def test_an_attempt_lives_longer_than_any_call_can_last() -> None:
    settings = Settings(secret_key="k", database=ROOT / "x", provider_timeout_seconds=30)
    assert settings.lease_seconds > settings.provider_timeout_seconds

from collections.abc import Iterator

import pytest
import responses

from webapp.smsworks.client import SmsWorks
from webapp.smsworks.transport import Transport

BASE = "https://api.thesmsworks.co.uk/v1"
TOKEN = "JWT eyJhbGciOiJIUzI1NiJ9.eyJrZXkiOiJhYmMifQ.c2lnbmF0dXJl"


@pytest.fixture
def provider() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def pauses() -> list[float]:
    """The pauses the transport made, none of which took any time."""
    return []


@pytest.fixture
def sms(pauses: list[float]) -> SmsWorks:
    return SmsWorks(transport=Transport(base_url=BASE, token=lambda: TOKEN, sleep=pauses.append))

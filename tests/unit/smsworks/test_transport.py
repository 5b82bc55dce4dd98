"""Requests, retries, limits and the log."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
import responses

from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import (
    BadCredentials,
    BadReply,
    NotFound,
    OutcomeUnknown,
    ProviderFault,
    RateLimited,
    SmsWorksError,
    Unreachable,
)
from webapp.smsworks.models import OutboundMessage
from webapp.smsworks.transport import Timeouts, Transport

from .conftest import BASE, TOKEN

MESSAGE = OutboundMessage("Clinic", "447400123456", "Hello there", metadata={"secret": "for nobody"})
BALANCE = BASE + "/credits/balance"


def test_a_look_up_is_tried_three_times_with_growing_pauses(
    sms: SmsWorks, provider: responses.RequestsMock, pauses: list[float]
) -> None:
    for _ in range(2):
        provider.add("GET", BALANCE, status=503)
    provider.add("GET", BALANCE, json={"credits": 5})
    assert sms.get_credits() == 5
    assert len(pauses) == 2
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ({"status": 503}, ProviderFault),
        ({"status": 429}, RateLimited),
        ({"status": 200, "body": "<html>"}, BadReply),
        ({"body": requests.ConnectionError("reset")}, Unreachable),
        ({"body": requests.ReadTimeout("silence")}, Unreachable),
    ],
)
def test_a_look_up_that_never_works_raises_after_three_tries(
    reply: dict[str, Any],
    error: type[SmsWorksError],
    sms: SmsWorks,
    provider: responses.RequestsMock,
    pauses: list[float],
) -> None:
    provider.add("GET", BALANCE, **reply)
    with pytest.raises(error):
        sms.get_credits()
    assert len(provider.calls) == 3
    assert len(pauses) == 2


@pytest.mark.parametrize("status", [400, 401, 402, 404])
def test_a_no_is_not_asked_again(
    status: int, sms: SmsWorks, provider: responses.RequestsMock, pauses: list[float]
) -> None:
    provider.add("GET", BALANCE, status=status)
    with pytest.raises(SmsWorksError):
        sms.get_credits()
    assert len(provider.calls) == 1
    assert pauses == []


def test_a_look_up_waits_as_long_as_the_provider_asks(
    sms: SmsWorks, provider: responses.RequestsMock, pauses: list[float]
) -> None:
    provider.add("GET", BALANCE, status=429, headers={"Retry-After": "7"})
    provider.add("GET", BALANCE, json={"credits": 5})
    assert sms.get_credits() == 5
    assert pauses == [7.0]


@pytest.mark.parametrize("status", [429, 503])
def test_a_look_up_does_not_wait_longer_than_a_person_would(
    status: int, sms: SmsWorks, provider: responses.RequestsMock, pauses: list[float]
) -> None:
    provider.add("GET", BALANCE, status=status, headers={"Retry-After": "11"})
    with pytest.raises(SmsWorksError) as caught:
        sms.get_credits()
    assert caught.value.retry_after == 11.0
    assert pauses == []


def test_no_pause_goes_past_the_deadline(provider: responses.RequestsMock, pauses: list[float]) -> None:
    hurried = SmsWorks(
        transport=Transport(
            base_url=BASE, token=lambda: TOKEN, timeouts=Timeouts(total=0.2), sleep=pauses.append
        )
    )
    provider.add("GET", BALANCE, status=503)
    with pytest.raises(ProviderFault):
        hurried.get_credits()
    assert pauses == []


@pytest.mark.parametrize("lost", [requests.ConnectionError("reset"), requests.ReadTimeout("silence")])
def test_a_lost_reply_to_anything_but_a_look_up_is_of_unknown_outcome(
    lost: Exception, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    for method, path in (("POST", "/message/send"), ("POST", "/messages/inbox"), ("DELETE", "/messages/1")):
        provider.add(method, BASE + path, body=lost)
    calls = (
        lambda: sms.send_message(message=MESSAGE),
        lambda: sms.fetch_unread(),
        lambda: sms.delete_message(message_id="1"),
    )
    for call in calls:
        with pytest.raises(OutcomeUnknown):
            call()
    assert len(provider.calls) == 3


def test_an_earlier_failure_to_connect_does_not_colour_a_later_call(
    sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    """Raised inside an `except` block, an error has the earlier one as its context: it must not count."""
    provider.add("POST", BASE + "/message/send", body=requests.exceptions.InvalidURL("never left"))
    provider.add("POST", BASE + "/message/send", body=requests.ConnectionError("reset"))
    try:
        sms.send_message(message=MESSAGE)
    except Unreachable:
        with pytest.raises(OutcomeUnknown):
            sms.send_message(message=MESSAGE)
    assert len(provider.calls) == 2


def test_the_token_is_asked_for_at_every_call(provider: responses.RequestsMock) -> None:
    tokens = iter(["first.to.ken", "JWT second.to.ken"])
    sms = SmsWorks(transport=Transport(base_url=BASE, token=lambda: next(tokens)))
    provider.add("GET", BALANCE, json={"credits": 5})
    sms.get_credits()
    sms.get_credits()
    sent = [call.request.headers["Authorization"] for call in provider.calls]
    assert sent == ["JWT first.to.ken", "JWT second.to.ken"]


def test_without_a_usable_token_nothing_is_sent(provider: responses.RequestsMock) -> None:
    for token in ("", "JWT €", "abc\x00"):
        sms = SmsWorks(transport=Transport(base_url=BASE, token=lambda token=token: token))
        with pytest.raises(BadCredentials):
            sms.send_message(message=MESSAGE)
    assert len(provider.calls) == 0


def test_a_password_file_does_not_take_the_place_of_the_token(
    sms: SmsWorks, provider: responses.RequestsMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.thesmsworks.co.uk login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    provider.add("GET", BALANCE, json={"credits": 5})
    provider.add("POST", BASE + "/auth/token", json={"token": "a.b.c"})
    sms.get_credits()
    sms.issue_token(key="the key", secret="the secret")
    sent = [call.request.headers.get("Authorization") for call in provider.calls]
    assert sent == [TOKEN, None]


@pytest.mark.parametrize(
    "item_id",
    ["", ".", "..", "schedule", "volume", "inbox", "a\nb", "a\x00", "\ud800", "9" * 10_000],
)
def test_what_cannot_be_an_id_is_not_found_without_asking(
    item_id: str, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    calls = (
        lambda: sms.get_message(message_id=item_id),
        lambda: sms.get_batch(batch_id=item_id),
        lambda: sms.delete_message(message_id=item_id),
        lambda: sms.cancel_scheduled_message(message_id=item_id),
        lambda: sms.cancel_scheduled_batch(batch_id=item_id),
    )
    for call in calls:
        with pytest.raises(NotFound):
            call()
    assert len(provider.calls) == 0


@pytest.mark.parametrize(
    ("item_id", "path"),
    [
        ("../credits/balance", "..%2Fcredits%2Fbalance"),
        ("1?all=1#x", "1%3Fall%3D1%23x"),
        ("%2e%2e", "%252e%252e"),
        ("a b;é", "a%20b%3B%C3%A9"),
        ("52692416-ce9e-45ad-aa1e-14fcee8fa662", "52692416-ce9e-45ad-aa1e-14fcee8fa662"),
    ],
)
def test_an_id_is_one_segment_of_the_path_whatever_is_in_it(
    item_id: str, path: str, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    provider.add("GET", f"{BASE}/messages/{path}", json={"messageid": "1", "status": "SENT"})
    sms.get_message(message_id=item_id)
    assert provider.calls[0].request.url == f"{BASE}/messages/{path}"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.thesmsworks.co.uk/v1",
        "ftp://api.thesmsworks.co.uk",
        "https:///v1",
        "https://someone:else@api.thesmsworks.co.uk/v1",
        "https://someone@api.thesmsworks.co.uk/v1",
        "https://api.thesmsworks.co.uk/v1?x=1",
        "https://api.thesmsworks.co.uk/v1#x",
        "https://api.thesmsworks.co.uk:99999/v1",
    ],
)
def test_an_address_that_would_not_work_is_refused_at_once(base_url: str) -> None:
    with pytest.raises(ValueError, match=r"address|Port"):
        Transport(base_url=base_url, token=lambda: TOKEN)


def test_a_slash_after_the_address_makes_no_difference(provider: responses.RequestsMock) -> None:
    provider.add("GET", BALANCE, json={"credits": 5})
    assert SmsWorks(transport=Transport(base_url=BASE + "/", token=lambda: TOKEN)).get_credits() == 5


def test_the_time_limits_reach_the_connection(sms: SmsWorks, provider: responses.RequestsMock) -> None:
    provider.add("GET", BALANCE, json={"credits": 5})
    sms.get_credits()
    connect, read = provider.calls[0].request.req_kwargs["timeout"]  # type: ignore[attr-defined]
    assert (connect, read) == (5.0, 20.0)


def test_a_given_session_is_used(provider: responses.RequestsMock) -> None:
    class Counting(requests.adapters.HTTPAdapter):
        sends = 0

        def send(self, *args: Any, **kwargs: Any) -> requests.Response:
            Counting.sends += 1
            return super().send(*args, **kwargs)

    session = requests.Session()
    session.mount("https://", Counting())
    provider.add("GET", BALANCE, json={"credits": 5})
    SmsWorks(transport=Transport(base_url=BASE, token=lambda: TOKEN, session=session)).get_credits()
    assert Counting.sends == 1


def test_threads_share_a_client(sms: SmsWorks, provider: responses.RequestsMock) -> None:
    provider.add("GET", BALANCE, json={"credits": 5})
    seen: list[object] = []
    threads = [Thread(target=lambda: seen.append(sms.get_credits())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [5, 5, 5, 5]


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Nov 2026 09:02:00 GMT"])
def test_a_date_nobody_can_read_is_no_date(
    date: str, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    provider.add("GET", BALANCE, json={"credits": 5}, headers={"Date": date})
    assert sms.get_credits() == 5


def test_a_call_that_is_too_late_to_begin_is_not_made(sms: SmsWorks) -> None:
    """The provider here knows no address at all: a request would be another error."""
    with pytest.raises(Unreachable):
        sms.send_message(message=MESSAGE, begin_by=datetime.now(UTC))


def test_every_attempt_is_one_line_in_the_log(
    sms: SmsWorks, provider: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="textdesk.smsworks")
    provider.add("GET", BALANCE, status=503)
    provider.add("GET", BALANCE, json={"credits": 5})
    sms.get_credits()
    failed, worked = (record.getMessage() for record in caplog.records)
    assert failed.startswith("error=ProviderFault operation=get_credits status=503 permanent=False ms=")
    assert worked.startswith("operation=get_credits status=200 ms=")


@pytest.mark.parametrize(
    "reply",
    [
        {"status": 201, "json": {"messageid": "1", "status": "SENT", "content": "Hello there"}},
        {"status": 400, "json": {"message": "447400123456", "errors": [{"path": ["Hello there"]}]}},
        {"status": 409, "json": {"message": "Hello there", "errorCode": "447400123456 Hello there"}},
        {"status": 500, "body": "Hello there 447400123456"},
        {"status": 201, "body": "Hello there 447400123456"},
        {"body": requests.ConnectionError("reset")},
    ],
)
def test_neither_text_nor_number_nor_token_reaches_the_log_or_the_error(
    reply: dict[str, Any],
    sms: SmsWorks,
    provider: responses.RequestsMock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.add("POST", BASE + "/message/send", **reply)
    logged = ""
    try:
        sms.send_message(message=MESSAGE)
    except SmsWorksError as error:
        logged = f"{error} {error!r} {error.__cause__} {error.log_context}"
    logged += caplog.text
    assert "operation=send_message" in logged
    for secret in ("Hello there", "447400123456", "for nobody", "eyJ"):
        assert secret not in logged


def test_a_refused_token_is_replaced_by_a_newer_one(provider: responses.RequestsMock) -> None:
    """Somebody may have changed it since it was read: a refusal did nothing, so a text may go again, too."""
    provider.add("POST", BASE + "/message/send", status=401)
    provider.add("POST", BASE + "/message/send", status=201, json={"messageid": "1", "status": "SENT"})
    transport = Transport(base_url=BASE, token=lambda: "an.old.one", newest_token=lambda: "a.new.one")
    SmsWorks(transport=transport).send_message(message=MESSAGE)
    used = [call.request.headers["Authorization"] for call in provider.calls]
    assert used == ["JWT an.old.one", "JWT a.new.one"]


def test_a_refused_token_is_not_tried_twice(provider: responses.RequestsMock) -> None:
    provider.add("GET", BALANCE, status=401)
    transport = Transport(base_url=BASE, token=lambda: "a.b.c", newest_token=lambda: "a.b.c")
    with pytest.raises(BadCredentials):
        SmsWorks(transport=transport).get_credits()
    assert len(provider.calls) == 1


def test_a_token_can_be_tested_beside_the_one_in_use(sms: SmsWorks, provider: responses.RequestsMock) -> None:
    provider.add("GET", BASE + "/utils/test", json={"message": "c-1"})
    assert sms.with_token("another.token.here").get_customer_id() == "c-1"
    assert sms.get_customer_id() == "c-1"
    used = [call.request.headers["Authorization"] for call in provider.calls]
    assert used[0] == "JWT another.token.here"
    assert used[1] != used[0]

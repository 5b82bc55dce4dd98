import pytest
import requests

from webapp.sandbox import REPLY_NUMBER, Sandbox

from .client import NUMBER, Api, Clock, batch_to, text_to

ELSEWHERE = "3538512345"
TOMORROW = "2026-11-24T09:00:00.000Z"


def ending_in(digits: str) -> str:
    return f"4474001234{digits}"


def test_a_text_is_delivered_after_a_second_or_two(api: Api, clock: Clock, sandbox: Sandbox):
    api.send()
    clock.move(seconds=0.9)
    sandbox.run_due()
    assert api.one()["status"] == "SENT"
    clock.move(seconds=1.1)
    sandbox.run_due()
    message = api.one()
    assert message["status"] == "DELIVERED"
    assert "2026-11-23T09:00:01.000Z" <= message["modified"] <= "2026-11-23T09:00:02.000Z"
    assert "failurereason" not in message


@pytest.mark.parametrize(
    ("digits", "status", "code", "permanent"),
    [("90", "UNDELIVERABLE", 5001, True), ("91", "EXPIRED", 3001, False)],
)
def test_a_failed_text_says_why_and_is_refunded(
    api: Api, clock: Clock, sandbox: Sandbox, digits: str, status: str, code: int, permanent: bool
):
    receipt = api.send(ending_in(digits), content="a" * 161).json()
    assert (receipt["status"], receipt["creditsUsed"], api.credits()) == ("SENT", 2, 9998)
    clock.move(seconds=2)
    sandbox.run_due()
    message = api.one()
    reason = message["failurereason"]
    assert (message["status"], reason["code"], reason["permanent"]) == (status, code, permanent)
    assert reason["details"]
    assert api.credits() == 10_000


def test_a_failed_text_abroad_is_not_refunded(api: Api, clock: Clock, sandbox: Sandbox):
    api.send(f"{ELSEWHERE}90")
    clock.move(seconds=2)
    sandbox.run_due()
    assert api.one()["status"] == "UNDELIVERABLE"
    assert api.credits() == 9998


def test_a_rejected_text_is_never_charged(api: Api, clock: Clock, sandbox: Sandbox):
    receipt = api.send(ending_in("92")).json()
    assert (receipt["status"], receipt["creditsUsed"], receipt["credits"]) == ("REJECTED", 0, 10_000)
    clock.move(seconds=60)
    sandbox.run_due()
    assert api.one()["status"] == "REJECTED"
    assert api.credits() == 10_000


def test_a_temporary_failure_is_reported_before_delivery(api: Api, clock: Clock, sandbox: Sandbox):
    api.send(ending_in("93"))
    clock.move(seconds=2)
    sandbox.run_due()
    waiting = api.one()
    assert (waiting["status"], waiting["failurereason"]["code"]) == ("SENT", 3001)
    assert waiting["failurereason"]["permanent"] is False
    clock.move(seconds=3)
    sandbox.run_due()
    assert api.one()["status"] == "DELIVERED"
    assert api.credits() == 9999


def test_a_text_that_is_never_reported_stays_sent_and_charged(api: Api, clock: Clock, sandbox: Sandbox):
    api.send(ending_in("94"))
    clock.move(days=30)
    sandbox.run_due()
    assert api.one()["status"] == "SENT"
    assert api.credits() == 9999


@pytest.mark.parametrize(("digits", "reply"), [("95", "Yes please"), ("96", "STOP")])
def test_a_reply_comes_back_to_the_number_that_sent(
    api: Api, clock: Clock, sandbox: Sandbox, digits: str, reply: str
):
    api.send(ending_in(digits), sender="447400123455")
    clock.move(seconds=2)
    sandbox.run_due()
    assert (api.one()["status"], api.unread()) == ("DELIVERED", [])
    clock.move(seconds=2)
    sandbox.run_due()
    [message] = api.unread()
    assert (message["sender"], message["destination"]) == (ending_in(digits), "447400123455")
    assert (message["status"], message["content"]) == ("INCOMING", reply)


def test_a_reply_to_a_name_comes_to_the_accounts_reply_number(api: Api, clock: Clock, sandbox: Sandbox):
    api.send(ending_in("95"), sender="Clinic")
    clock.move(seconds=10)
    sandbox.run_due()
    assert api.unread()[0]["destination"] == REPLY_NUMBER


def test_sending_to_97_lacks_credits(api: Api, sandbox: Sandbox):
    assert api.send(ending_in("97")).status_code == 402
    assert sandbox.accepted() == ()


def calls_that_send(digits: str) -> list[tuple[str, object]]:
    first = ending_in(digits)
    return [
        ("/message/send", text_to(first)),
        ("/message/flash", text_to(first)),
        ("/message/schedule", text_to(first, schedule=TOMORROW)),
        ("/batch/send", batch_to(first, NUMBER)),
        ("/batch/any", [text_to(first), text_to(NUMBER)]),
        ("/batch/schedule", batch_to(first, NUMBER, schedule=TOMORROW)),
    ]


@pytest.mark.parametrize(("path", "body"), calls_that_send("98"))
def test_98_is_accepted_once_though_the_reply_is_lost(api: Api, sandbox: Sandbox, path: str, body: object):
    with pytest.raises(requests.ConnectionError):
        api.post(path, body)
    assert sandbox.accepted_counts()[ending_in("98")] == 1


@pytest.mark.parametrize(("path", "body"), calls_that_send("99"))
def test_99_is_accepted_at_the_second_attempt(api: Api, sandbox: Sandbox, path: str, body: object):
    with pytest.raises(requests.ConnectionError):
        api.post(path, body)
    assert sandbox.accepted() == ()
    assert api.credits() == 10_000
    assert api.post(path, body).ok
    assert sandbox.accepted_counts()[ending_in("99")] == 1


def test_the_attempt_after_ten_minutes_is_a_first_one_again(api: Api, clock: Clock):
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            api.send(ending_in("99"))
        clock.move(minutes=11)


def test_each_text_to_99_loses_its_own_first_attempt(api: Api, sandbox: Sandbox):
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            api.send(ending_in("99"))
        assert api.send(ending_in("99")).ok
    assert sandbox.accepted_counts() == {ending_in("99"): 2}


@pytest.mark.parametrize("digits", ["97", "98", "99"])
def test_only_the_first_number_of_a_batch_decides_about_the_call(
    api: Api, clock: Clock, sandbox: Sandbox, digits: str
):
    assert api.post("/batch/send", batch_to(NUMBER, ending_in(digits))).status_code == 201
    clock.move(seconds=3)
    sandbox.run_due()
    assert {message["status"] for message in api.search()} == {"DELIVERED"}


def test_texts_of_one_batch_end_each_in_its_own_way(api: Api, clock: Clock, sandbox: Sandbox):
    api.post("/batch/send", batch_to(*(ending_in(digits) for digits in ("90", "91", "92", "94", "56"))))
    assert api.credits() == 9996
    clock.move(seconds=10)
    sandbox.run_due()
    ends = {str(message["destination"])[-2:]: message["status"] for message in api.search()}
    assert ends == {
        "90": "UNDELIVERABLE",
        "91": "EXPIRED",
        "92": "REJECTED",
        "94": "SENT",
        "56": "DELIVERED",
    }
    assert api.credits() == 9998

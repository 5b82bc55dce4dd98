import time
from typing import Any

import pytest
import requests

from webapp.sandbox import Fault, FaultKind, Sandbox, When
from webapp.sandbox.faults import FaultBoard, FaultRefused, read_fault

from .client import ADDRESS, Api, text_to

REPLY_FAULTS = [FaultKind.TOO_MANY, FaultKind.SERVER_ERROR, FaultKind.HTML]


def test_a_drop_before_leaves_nothing_behind(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.DROP))
    with pytest.raises(requests.ConnectionError):
        api.send()
    assert (sandbox.accepted(), api.search(), api.credits()) == ((), [], 10_000)


def test_a_drop_after_has_accepted_the_text(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER))
    with pytest.raises(requests.ConnectionError):
        api.send()
    assert (len(sandbox.accepted()), len(api.search()), api.credits()) == (1, 1, 9999)


@pytest.mark.parametrize("kind", REPLY_FAULTS)
@pytest.mark.parametrize(("when", "accepted"), [(When.BEFORE, 0), (When.AFTER, 1)])
def test_another_reply_may_come_before_or_after_the_work(
    api: Api, sandbox: Sandbox, kind: FaultKind, when: When, accepted: int
):
    sandbox.faults.add(Fault(kind=kind, when=when))
    assert api.send().status_code in (429, 500, 502)
    assert len(sandbox.accepted()) == accepted


@pytest.mark.parametrize(
    "kind", [FaultKind.WRONG_STATUS, FaultKind.TRUNCATED, FaultKind.CUT_OFF, FaultKind.SLOW_DRIP]
)
def test_a_spoilt_reply_belongs_to_an_accepted_text(api: Api, sandbox: Sandbox, kind: FaultKind):
    sandbox.faults.add(Fault(kind=kind))
    try:
        api.send()
    except requests.exceptions.ChunkedEncodingError:
        assert kind is FaultKind.CUT_OFF
    assert len(sandbox.accepted()) == 1


def test_too_many_requests_says_when_to_come_back(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.TOO_MANY, retry_after=7))
    sandbox.faults.add(Fault(kind=FaultKind.TOO_MANY, retry_after=None))
    replies = [api.send(), api.send()]
    assert [reply.status_code for reply in replies] == [429, 429]
    assert [reply.headers.get("Retry-After") for reply in replies] == ["7", None]


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault(kind=FaultKind.SERVER_ERROR, status=503), 503), (Fault(kind=FaultKind.SERVER_ERROR), 500)],
)
def test_a_server_error_has_the_status_asked_for(api: Api, sandbox: Sandbox, fault: Fault, status: int):
    sandbox.faults.add(fault)
    reply = api.send()
    assert (reply.status_code, reply.json()) == (status, {"message": "Internal server error"})


def test_html_can_come_with_any_status(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.HTML))
    sandbox.faults.add(Fault(kind=FaultKind.HTML, status=200))
    for status in (502, 200):
        reply = api.get("/credits/balance")
        assert (reply.status_code, reply.headers["Content-Type"]) == (status, "text/html; charset=UTF-8")
        assert reply.text.startswith("<!doctype html>")


def test_a_wrong_status_keeps_the_true_body(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.WRONG_STATUS, status=202))
    reply = api.send()
    assert (reply.status_code, reply.json()["status"]) == (202, "SENT")


def test_truncated_json_looks_whole_to_http(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.TRUNCATED))
    reply = api.send()
    assert reply.status_code == 201
    assert len(reply.content) == int(reply.headers["Content-Length"])
    with pytest.raises(requests.exceptions.JSONDecodeError):
        reply.json()


def test_a_delay_waits_before_or_after_the_work(api: Api, sandbox: Sandbox, naps: list[float]):
    seen = []
    sandbox.sleep = lambda seconds: seen.append((seconds, len(sandbox.accepted())))
    sandbox.faults.add(Fault(kind=FaultKind.DELAY, seconds=3))
    sandbox.faults.add(Fault(kind=FaultKind.DELAY, seconds=4, when=When.AFTER))
    assert [api.send().status_code for _ in range(3)] == [201, 201, 201]
    assert seen == [(3, 0), (4, 2)]


def test_a_slow_drip_sends_all_of_it_bit_by_bit(api: Api, sandbox: Sandbox, naps: list[float]):
    sandbox.faults.add(Fault(kind=FaultKind.SLOW_DRIP, seconds=20))
    assert api.send().json()["status"] == "SENT"
    assert naps == [2.0] * 10


def test_a_fault_is_over_after_its_calls(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=2))
    assert [api.get("/utils/test").status_code for _ in range(3)] == [500, 500, 200]
    assert sandbox.faults.pending() == ()


def test_a_fault_without_a_number_of_calls_lasts_until_cleared(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=None))
    assert [api.get("/utils/test").status_code for _ in range(20)] == [500] * 20
    sandbox.faults.clear()
    assert api.get("/utils/test").status_code == 200


def test_faults_come_in_the_order_they_were_set(api: Api, sandbox: Sandbox):
    for status in (503, 504):
        sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, status=status))
    assert [api.get("/utils/test").status_code for _ in range(3)] == [503, 504, 200]


@pytest.mark.parametrize("only", [{"operation": "send_message"}, {"path": "/v1/message/"}])
def test_a_fault_can_be_for_some_calls_only(api: Api, sandbox: Sandbox, only: dict[str, str]):
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, **only))
    assert api.get("/utils/test").status_code == 200
    assert api.post("/messages", {}).status_code == 200
    assert api.send().status_code == 500


def test_faults_strike_before_the_token_is_looked_at(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.HTML))
    reply = api.session.get(f"{ADDRESS}/v1/utils/test", headers={"Authorization": ""})
    assert reply.status_code == 502


def test_the_control_plane_has_no_faults(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=None))
    assert api.get("/_sandbox/faults").status_code == 200


def struck(seed: int, probability: float) -> list[bool]:
    board = FaultBoard()
    board.add(Fault(kind=FaultKind.DROP, times=None, probability=probability, seed=seed))
    return [board.take("send_message", "/v1/message/send") is not None for _ in range(400)]


def test_a_drill_can_be_repeated_by_its_seed():
    assert struck(7, 0.25) == struck(7, 0.25) != struck(8, 0.25)
    assert 60 < sum(struck(7, 0.25)) < 140


def test_a_probable_fault_counts_only_the_calls_it_hits():
    board = FaultBoard()
    board.add(Fault(kind=FaultKind.DROP, times=3, probability=0.5))
    assert sum(board.take("", "") is not None for _ in range(100)) == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"kind": "explode"},
        {"kind": "drop", "when": "later"},
        {"kind": "drop", "colour": "red"},
        {"kind": "drop", "times": 0},
        {"kind": "drop", "times": "two"},
        {"kind": "drop", "probability": 0},
        {"kind": "drop", "probability": 1.5},
        {"kind": "delay", "seconds": -1},
        {"kind": "html", "status": 99},
        {"kind": "too_many", "retry_after": -1},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(body: Any):
    with pytest.raises(FaultRefused):
        read_fault(body)


def test_a_reply_slower_than_the_read_time_out_is_a_read_time_out(api: Api, sandbox: Sandbox):
    sandbox.sleep = time.sleep
    sandbox.faults.add(Fault(kind=FaultKind.DELAY, seconds=0.03))
    with pytest.raises(requests.exceptions.ReadTimeout):
        api.session.post(f"{ADDRESS}/v1/message/send", json=text_to(), timeout=(1, 0.01))
    assert len(sandbox.accepted()) == 1

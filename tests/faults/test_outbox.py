"""One call to the provider, begun once, ended by its own answer: the outbox under every answer there is."""

import json
import socket
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.wrappers import Request, Response

from tests.faults.scene import LOST_BEFORE, SETTLE_SECONDS, URL, Answer, Scene, client_of
from webapp.sandbox import Fault, FaultKind, When
from webapp.services import send
from webapp.services.send import Pace
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.transport import Timeouts, Transport
from webapp.store import calls, messages, outbox
from webapp.store.calls import Call, OutboxState
from webapp.store.connection import open_database

HOUR = 3600.0
SENDING = "/v1/message/"


def test_in_flight_is_on_the_disk_and_no_lock_is_held_when_the_first_byte_arrives(scene: Scene) -> None:
    seen: list[tuple[str, int]] = []

    def look(asked: Request, answer: Answer) -> Response:
        stranger = sqlite3.connect(scene.database, timeout=0)
        stranger.execute("BEGIN IMMEDIATE")
        seen.extend(stranger.execute("SELECT state, attempts FROM outbox"))
        stranger.close()
        return answer()

    scene.between(look)
    scene.sent()
    assert seen == [("in_flight", 1)]


def test_a_commit_waits_until_it_is_on_the_disk(scene: Scene) -> None:
    """WAL with anything less than FULL may lose the last commits in a power cut."""
    assert [*scene.db.conn.execute("PRAGMA synchronous").fetchone()] == [2]
    assert [*scene.db.conn.execute("PRAGMA journal_mode").fetchone()] == ["wal"]


def test_a_lease_that_ran_out_means_unknown_and_never_queued(scene: Scene) -> None:
    call = claimed(scene, scene.queued())
    scene.traveller.shift(scene.settings.lease_seconds - 1)
    assert outbox.expire_leases(scene.db, now=datetime.now(UTC)) == 0
    scene.traveller.shift(2)
    assert outbox.expire_leases(scene.db, now=datetime.now(UTC)) == 1
    assert scene.call(call).state is OutboxState.UNKNOWN
    assert calls.list_due(scene.db, now=datetime.now(UTC), limit=9) == []
    assert scene.events(call) == ["queued", "in_flight", "unknown"]


def test_what_is_unknown_cannot_be_begun_again(scene: Scene) -> None:
    call = scene.lost(LOST_BEFORE)
    scene.traveller.shift(1)
    now = datetime.now(UTC)
    assert outbox.claim(scene.db, call.id, now=now, lease_until=now + timedelta(minutes=1)) is None
    assert scene.call(call).state is OutboxState.UNKNOWN


def test_a_yes_that_comes_after_the_lease_ran_out_still_counts(scene: Scene) -> None:
    def answer_late(asked: Request, answer: Answer) -> Response:
        scene.traveller.shift(scene.settings.lease_seconds + 1)
        outbox.expire_leases(scene.db, now=datetime.now(UTC))
        return answer()

    scene.between(answer_late)
    call = scene.sent()
    (text,) = scene.texts_of(call)
    assert (call.state, call.message_id) == (OutboxState.ACCEPTED, text.message_id)
    assert scene.events(call) == ["queued", "in_flight", "unknown", "accepted"]


def test_a_no_that_comes_after_the_lease_ran_out_still_counts(scene: Scene) -> None:
    def refuse_late(asked: Request, answer: Answer) -> Response:
        scene.traveller.shift(scene.settings.lease_seconds + 1)
        outbox.expire_leases(scene.db, now=datetime.now(UTC))
        return Response('{"message": "No credits"}', 402)

    scene.between(refuse_late)
    assert scene.sent().state is OutboxState.REFUSED


Answered = Callable[[Scene, Call], bool]
ANSWERS: dict[str, Answered] = {
    "yes": lambda scene, call: outbox.record_accepted(
        scene.db, call, now=datetime.now(UTC), message_id="1", credits_used=None
    ),
    "no": lambda scene, call: outbox.record_refused(
        scene.db, call, now=datetime.now(UTC), error_code="no", error_message="No"
    ),
    "nothing": lambda scene, call: outbox.record_unknown(scene.db, call, now=datetime.now(UTC)),
    "not sent": lambda scene, call: outbox.return_to_queue(
        scene.db, call, now=datetime.now(UTC), next_attempt_at=datetime.now(UTC), event="unreachable"
    ),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_to_the_first_attempt_never_ends_the_second(scene: Scene, answer: str) -> None:
    first = claimed(scene, scene.queued())
    ANSWERS["not sent"](scene, first)
    second = claimed(scene, first)
    assert ANSWERS[answer](scene, first) is False
    assert scene.call(second) == second


def test_the_late_yes_to_a_first_attempt_is_kept_where_somebody_can_see_it(scene: Scene) -> None:
    """Then it was sent twice, for all that was done against it: at least the record has to say so."""
    begun: list[str] = []

    def take_long_over_the_first(asked: Request, answer: Answer) -> Response:
        if asked.path.startswith(SENDING) and not begun:
            begun.append(asked.path)
            scene.pass_time(scene.settings.lease_seconds + 2 * SETTLE_SECONDS)
        return answer()

    scene.between(take_long_over_the_first)
    call = scene.sent()
    second, first = (text.message_id or "" for text in scene.texts_of(call))
    assert call.message_id == second
    told = [event.detail for event in calls.list_events(scene.db, call.id)]
    assert messages.find_message(scene.db, first) or any(first in detail for detail in told)


def test_an_unreachable_provider_is_tried_again_ever_more_rarely(scene: Scene) -> None:
    scene.client = nowhere()
    call = scene.queued()
    waits = []
    for _ in range(9):
        call = scene.attempted(call)
        assert call.state is OutboxState.QUEUED
        assert send.dispatch(scene.db, scene.client, call.id, pace=Pace(9)) is None
        waits.append((call.next_attempt_at - datetime.now(UTC)).total_seconds())
        scene.traveller.move_to(call.next_attempt_at)
    assert waits == [2, 4, 8, 16, 32, 64, 120, 120, 120]
    scene.client = client_of(scene.sandbox.wsgi)
    scene.attempted(call)
    scene.assert_sent_once(call)


def test_what_cannot_be_sent_in_time_is_given_up_and_says_that_nothing_was_sent(scene: Scene) -> None:
    scene.client = nowhere()
    call = scene.queued()
    scene.pass_time(HOUR + 60, step=180)
    scene.client = client_of(scene.sandbox.wsgi)
    scene.pass_time(8 * HOUR, step=600)
    now = scene.call(call)
    assert (now.state, now.error_code) == (OutboxState.REFUSED, "gave_up")
    assert "Nothing was sent or charged" in (now.error_message or "")
    assert scene.sandbox.accepted() == ()


def test_what_is_past_its_time_is_not_begun_even_before_it_is_given_up(scene: Scene) -> None:
    call = scene.queued()
    scene.traveller.shift(HOUR + 1)
    assert send.dispatch(scene.db, scene.client, call.id, pace=Pace(9)) is None
    assert scene.sandbox.accepted() == ()


def test_a_provider_that_asks_to_be_left_alone_is_left_alone(scene: Scene) -> None:
    scene.sandbox.faults.add(Fault(kind=FaultKind.TOO_MANY, path=SENDING, retry_after=300))
    call = scene.sent()
    assert call.state is OutboxState.QUEUED
    scene.pass_time(290, step=10)
    assert scene.sandbox.calls()["send_message"] == 1
    scene.pass_time(60, step=10)
    scene.assert_sent_once(call)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422])
def test_a_no_ends_it(scene: Scene, status: int) -> None:
    scene.between(lambda _asked, _answer: Response(json.dumps({"message": "We will not"}), status))
    call = scene.sent()
    assert call.state is OutboxState.REFUSED
    said = "not enough credits" if status == 402 else "We will not"
    assert said in (call.error_message or "")
    scene.between(lambda _asked, answer: answer())
    scene.pass_time(HOUR, step=300)
    assert scene.sandbox.accepted() == ()


def saying(body: str, status: int = 200) -> Callable[[Request, Answer], Response]:
    """The provider does what it is asked to do, and this is what arrives of its reply."""

    def interfere(asked: Request, answer: Answer) -> Response:
        reply = answer()
        return Response(body, status) if asked.path.startswith(SENDING) else reply

    return interfere


UNCLEAR_FAULTS = {
    "an error before": Fault(kind=FaultKind.SERVER_ERROR, path=SENDING),
    "an error after": Fault(kind=FaultKind.SERVER_ERROR, when=When.AFTER, path=SENDING),
    "unavailable": Fault(kind=FaultKind.SERVER_ERROR, status=503, path=SENDING),
    "its own time-out": Fault(kind=FaultKind.WRONG_STATUS, status=504, path=SENDING),
    "a request time-out": Fault(kind=FaultKind.WRONG_STATUS, status=408, path=SENDING),
    "a page instead": Fault(kind=FaultKind.HTML, path=SENDING),
    "a page that says OK": Fault(kind=FaultKind.HTML, when=When.AFTER, status=200, path=SENDING),
    "half the JSON": Fault(kind=FaultKind.TRUNCATED, path=SENDING),
    "cut off": Fault(kind=FaultKind.CUT_OFF, path=SENDING),
    "dropped before": Fault(kind=FaultKind.DROP, path=SENDING),
    "dropped after": Fault(kind=FaultKind.DROP, when=When.AFTER, path=SENDING),
}
UNCLEAR_REPLIES = {
    "nothing": saying(""),
    "null": saying("null"),
    "an empty list": saying("[]"),
    "no id": saying('{"status": "SENT", "credits": 1}', 201),
    "two receipts": saying('[{"messageid": "1"}, {"messageid": "2"}]'),
    "only text": saying('"OK"'),
    "elsewhere": saying("", 307),
}


@pytest.mark.parametrize("how", [*UNCLEAR_FAULTS, *UNCLEAR_REPLIES])
def test_an_unclear_answer_leaves_it_unknown_until_it_is_settled(scene: Scene, how: str) -> None:
    if how in UNCLEAR_REPLIES:
        scene.between(UNCLEAR_REPLIES[how])
    else:
        scene.sandbox.faults.add(UNCLEAR_FAULTS[how])
    call = scene.sent()
    assert (call.state, call.ended_at) == (OutboxState.UNKNOWN, None)
    scene.between(lambda _asked, answer: answer())
    scene.pass_time(2 * SETTLE_SECONDS, step=60)
    scene.assert_sent_once(call)


def test_no_answer_in_time_leaves_it_unknown(scene: Scene) -> None:
    scene.sandbox.faults.add(Fault(kind=FaultKind.DELAY, seconds=0.2, path=SENDING))
    scene.client = client_of(scene.sandbox.wsgi, timeouts=Timeouts(connect=1, read=0.1, total=5))
    call = scene.sent()
    assert call.state is OutboxState.UNKNOWN
    scene.pass_time(60)
    scene.assert_sent_once(call)


def test_a_lease_begins_when_the_attempt_does(ticking_scene: Scene) -> None:
    """Not when the process began to wait for its turn to write."""
    scene, left = ticking_scene, []
    call = scene.queued()

    def look(asked: Request, answer: Answer) -> Response:
        db = open_database(scene.database)
        left.append(outbox.expire_leases(db, now=datetime.now(UTC)))
        db.close()
        return answer()

    scene.between(look)
    with scene.write_lock_held(seconds=1.3):
        send.dispatch(scene.db, scene.client, call.id, pace=Pace(lease_seconds=1))
    assert left == [0]


def test_an_attempt_that_was_held_up_past_its_lease_sends_nothing(ticking_scene: Scene) -> None:
    """A process may be stopped at any point and go on much later, when others have settled its text."""
    scene = ticking_scene

    def come_to_a_halt() -> str:
        threading.Event().wait(0.5)
        return scene.settings.smsworks_token

    call = scene.queued()
    client = client_of(scene.sandbox.wsgi, token=come_to_a_halt)
    send.dispatch(scene.db, client, call.id, pace=Pace(lease_seconds=0.3))
    assert scene.sandbox.accepted() == ()


def claimed(scene: Scene, call: Call) -> Call:
    now = datetime.now(UTC)
    lease_until = now + timedelta(seconds=scene.settings.lease_seconds)
    found = outbox.claim(scene.db, call.id, now=now, lease_until=lease_until)
    assert found is not None
    return found


def nowhere() -> SmsWorks:
    """A provider's address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    address = URL.replace("localhost:1", f"127.0.0.1:{port}")
    transport = Transport(base_url=address, token=lambda: "JWT a.b.c", sleep=lambda _seconds: None)
    return SmsWorks(transport=transport)

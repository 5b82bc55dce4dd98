"""Nothing that came in is ever lost: whatever happens between the provider's answer and our disk."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database
from werkzeug.wrappers import Request, Response

from tests.faults.scene import NUMBER, Answer, Scene
from webapp.sandbox import Fault, FaultKind, When
from webapp.services.sweep_inbox import sweep_inbox
from webapp.services.sync_inbox import inbox_interval, sync_inbox
from webapp.smsworks.errors import OutcomeUnknown, Unreachable
from webapp.store import inbox_state, optouts, readings
from webapp.store.connection import row, rows
from webapp.store.conversations import find_conversation, list_waiting

LEASE_SECONDS = 45
ONCE = timedelta()
LOST_REPLY = Fault(kind=FaultKind.DROP, when=When.AFTER, operation="fetch_unread")
LOST_CALL = Fault(kind=FaultKind.DROP, operation="fetch_unread")


def fetch(scene: Scene) -> int | None:
    return sync_inbox(scene.db, scene.client, every=ONCE, lease_seconds=LEASE_SECONDS)


def sweep(scene: Scene) -> int | None:
    return sweep_inbox(scene.db, scene.client, lease_seconds=LEASE_SECONDS)


def receive(scene: Scene, count: int = 1, *, content: str = "Yes please", sender: str = NUMBER) -> list[str]:
    return [
        scene.sandbox.inject_inbound(sender=sender, content=f"{content} {number}") for number in range(count)
    ]


def stored(db: Database) -> list[str]:
    found = rows(
        db, "SELECT message_id FROM inbound JOIN messages ON messages.id = message_row_id ORDER BY 1"
    )
    return [each["message_id"] for each in found]


def test_replies_are_stored_unread_in_their_conversation(scene: Scene) -> None:
    receive(scene, 3)
    assert fetch(scene) == 3
    conversation = find_conversation(scene.db, NUMBER)
    assert conversation is not None
    assert (conversation.unread, conversation.reply_number) == (3, "447400123400")
    [listed] = list_waiting(scene.db, limit=9)
    assert listed.content == "Yes please 2"
    assert inbox_state.read_state(scene.db).unread_texts == 3
    assert inbox_state.read_state(scene.db).unread_conversations == 1


def test_fetching_goes_on_until_nothing_is_left_and_never_skips(scene: Scene) -> None:
    asked: list[dict[str, object]] = []

    def a_few_at_a_time(request: Request, answer: Answer) -> Response:
        if request.path != "/v1/messages/inbox":
            return answer()
        asked.append(request.get_json())
        return answer(json.dumps({"limit": 2}).encode())

    ids = receive(scene, 5)
    scene.between(a_few_at_a_time)
    assert fetch(scene) == 5
    assert stored(scene.db) == sorted(ids)
    assert [body.get("skip", 0) for body in asked] == [0, 0, 0, 0]


def test_a_provider_that_marks_nothing_as_read_is_not_asked_for_ever(scene: Scene) -> None:
    scene.sandbox.change_switches({"inbox_marking": "never"})
    receive(scene, 3)
    assert fetch(scene) == 3
    assert fetch(scene) == 0
    assert scene.sandbox.calls()["fetch_unread"] == 3
    assert len(stored(scene.db)) == 3


@pytest.mark.parametrize("marking", ["after_answer", "with_answer"])
@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.TRUNCATED, FaultKind.HTML, FaultKind.CUT_OFF])
def test_what_a_lost_reply_consumed_is_swept_up_at_once(scene: Scene, kind: FaultKind, marking: str) -> None:
    scene.sandbox.change_switches({"inbox_marking": marking})
    sweep(scene)
    ids = receive(scene, 3)
    scene.sandbox.faults.add(Fault(kind=kind, when=When.AFTER, operation="fetch_unread"))
    with pytest.raises(OutcomeUnknown):
        fetch(scene)
    assert "Replies may count as read there" in inbox_state.read_state(scene.db).trouble
    assert sweep(scene) == 3
    assert stored(scene.db) == sorted(ids)
    assert fetch(scene) == 0
    assert inbox_state.read_state(scene.db).trouble == ""


def test_a_process_that_dies_between_reply_and_disk_leaves_word(scene: Scene) -> None:
    sweep(scene)
    ids = receive(scene, 3)

    def dies(request: Request, answer: Answer) -> Response:
        answer()
        raise SystemExit

    client, dying = scene.client, scene
    dying.between(dies)
    with pytest.raises(SystemExit):
        fetch(dying)
    scene.client = client
    assert stored(scene.db) == []
    scene.traveller.shift(LEASE_SECONDS)
    assert fetch(scene) == 0
    assert sweep(scene) == 3
    assert stored(scene.db) == sorted(ids)


def test_a_provider_that_cannot_be_reached_is_said_and_loses_nothing(scene: Scene) -> None:
    receive(scene)

    def closed(request: Request, answer: Answer) -> Response:
        raise ConnectionRefusedError

    client = scene.client
    scene.sandbox.faults.add(Fault(kind=FaultKind.TOO_MANY, operation="fetch_unread"))
    with pytest.raises(Exception, match="RateLimited"):
        fetch(scene)
    assert "asked too often" in inbox_state.read_state(scene.db).trouble
    scene.client = client
    assert fetch(scene) == 1
    assert inbox_state.read_state(scene.db).fetched_at == datetime.now(UTC)


def test_only_one_process_asks_in_an_interval(scene: Scene) -> None:
    every = timedelta(seconds=10)
    for _ in range(5):
        sync_inbox(scene.db, scene.client, every=every, lease_seconds=LEASE_SECONDS)
    assert scene.sandbox.calls()["fetch_unread"] == 1
    scene.traveller.shift(10)
    sync_inbox(scene.db, scene.client, every=every, lease_seconds=LEASE_SECONDS)
    assert scene.sandbox.calls()["fetch_unread"] == 2


def test_a_process_that_is_at_it_is_left_alone(scene: Scene) -> None:
    others: list[int | None] = []

    def meanwhile(request: Request, answer: Answer) -> Response:
        others.append(fetch(scene))
        return answer()

    receive(scene)
    scene.between(meanwhile)
    assert fetch(scene) == 1
    assert others == [None, None]


def test_replies_are_fetched_often_only_while_somebody_is_there(scene: Scene) -> None:
    def interval() -> float:
        return inbox_interval(scene.db, seconds=10, now=datetime.now(UTC)).total_seconds()

    assert interval() == 60
    readings.record_heartbeat(scene.db, readings.STAFF, now=datetime.now(UTC))
    assert interval() == 10
    scene.traveller.shift(60)
    assert interval() == 60


def test_the_worker_fetches_and_sweeps(scene: Scene) -> None:
    [first] = receive(scene)
    worker = scene.worker
    worker.round(scene.db)
    assert stored(scene.db) == [first]
    scene.sandbox.faults.add(LOST_REPLY)
    [second] = receive(scene)
    scene.pass_time(120)
    assert stored(scene.db) == sorted([first, second])


def test_a_sweep_narrows_its_windows_until_every_text_has_been_shown(scene: Scene) -> None:
    """The provider shows a thousand a reply, in no particular order."""
    scene.sandbox.change_switches({"page_order": "random", "period_inclusive": False})
    scene.clock.advance(-4000)
    ids = []
    for _ in range(3):
        scene.clock.advance(1000)
        ids += receive(scene, 700)
    assert sweep(scene) == 2100
    assert stored(scene.db) == sorted(ids)
    assert scene.sandbox.calls()["search_messages"] > 3


def test_a_second_of_more_than_a_thousand_texts_is_paged_through(scene: Scene) -> None:
    sweep(scene)
    ids = receive(scene, 1200)
    inbox_state.want_sweep(scene.db)
    assert sweep(scene) == 1200
    assert stored(scene.db) == sorted(ids)


def test_a_sweep_that_breaks_off_goes_on_where_it_was(scene: Scene) -> None:
    ids = receive(scene, 3)
    scene.sandbox.faults.add(
        Fault(kind=FaultKind.SERVER_ERROR, operation="search_messages", times=3),
    )
    with pytest.raises(Exception, match=r"ProviderFault|Unreachable"):
        sweep(scene)
    assert inbox_state.read_sweep(scene.db).at is not None
    assert sweep(scene) == 3
    assert stored(scene.db) == sorted(ids)
    assert inbox_state.read_sweep(scene.db).at is None


def test_a_sweep_is_made_every_ten_minutes_with_an_overlap(scene: Scene) -> None:
    scene.sandbox.change_switches({"log_lag_seconds": 1800, "inbox_marking": "with_answer"})
    assert sweep(scene) == 0
    assert sweep(scene) is None
    [late] = receive(scene)
    scene.sandbox.faults.add(LOST_REPLY)
    with pytest.raises(OutcomeUnknown):
        fetch(scene)
    assert sweep(scene) == 0, "the log does not show it yet"
    for _ in range(4):
        scene.traveller.shift(600)
        sweep(scene)
    assert stored(scene.db) == [late]


def test_what_went_out_is_no_reply(scene: Scene) -> None:
    scene.sent()
    assert sweep(scene) == 0
    assert stored(scene.db) == []


def test_the_same_text_twice_is_stored_once(scene: Scene) -> None:
    receive(scene)
    assert fetch(scene) == 1
    inbox_state.want_sweep(scene.db)
    assert sweep(scene) == 0
    assert len(stored(scene.db)) == 1


def test_the_same_id_with_other_words_keeps_the_first_and_notes_the_difference(scene: Scene) -> None:
    [message_id] = receive(scene, content="Yes")
    fetch(scene)

    def other_words(request: Request, answer: Answer) -> Response:
        return Response(answer().get_data().replace(b"Yes", b"No"))

    scene.between(other_words)
    for _ in range(2):
        inbox_state.want_sweep(scene.db)
        sweep(scene)
    kept = row(scene.db, "SELECT content FROM messages WHERE message_id = ?", [message_id])
    assert kept is not None
    assert kept["content"] == "Yes 0"
    assert [each["content"] for each in rows(scene.db, "SELECT * FROM inbound_differences")] == ["No 0"]


def test_stop_opts_the_number_out_and_only_when_it_comes_in(scene: Scene) -> None:
    scene.sandbox.inject_inbound(sender=NUMBER, content="Stop!")
    fetch(scene)
    kept = optouts.get_opt_out(scene.db, NUMBER)
    assert kept is not None
    assert (kept.source, kept.reason) == ("text", "Texted “Stop!”")
    optouts.remove_opt_out(scene.db, NUMBER, who="ada", reason="A mistake", now=datetime.now(UTC))
    inbox_state.want_sweep(scene.db)
    sweep(scene)
    assert not optouts.is_opted_out(scene.db, NUMBER)


def test_one_text_that_cannot_be_stored_holds_up_no_other(scene: Scene) -> None:
    receive(scene, 3)
    scene.db.execute(
        "CREATE TRIGGER breaks BEFORE INSERT ON inbound WHEN (SELECT content FROM messages "
        "WHERE id = new.message_row_id) = 'Yes please 1' BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )
    fetch(scene)
    assert len(stored(scene.db)) == 2
    scene.db.execute("DROP TRIGGER breaks")
    assert sweep(scene) == 1


def test_a_call_that_never_arrived_loses_nothing(scene: Scene) -> None:
    receive(scene)
    scene.sandbox.faults.add(LOST_CALL)
    with pytest.raises((OutcomeUnknown, Unreachable)):
        fetch(scene)
    assert fetch(scene) == 1

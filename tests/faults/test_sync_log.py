"""The record agrees with the provider's log, whatever order it comes in and whatever fails on the way."""

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.wrappers import Request, Response

from tests.faults.scene import Answer, Scene
from webapp.sandbox import Fault, FaultKind
from webapp.services.sync_log import store_found, sync_log
from webapp.smsworks.errors import SmsWorksError
from webapp.smsworks.models import Message, MessageQuery, OutboundBatch
from webapp.store import log_state, messages
from webapp.store.connection import ROWS_A_WRITE
from webapp.store.messages import list_messages


def read(scene: Scene) -> int | None:
    return sync_log(scene.db, scene.client, lease_seconds=30)


def recorded(scene: Scene) -> dict[str, str]:
    found = list_messages(scene.db, "1 = 1", [])
    return {message.report.message_id: message.report.status for message in found}


def in_the_log(scene: Scene) -> dict[str, str]:
    found: dict[str, str] = {}
    skip = 0
    while True:
        page = scene.client.search_messages(query=MessageQuery(limit=1000, skip=skip or None))
        found |= {message.message_id: message.status for message in page}
        if len(page) < 1000:
            return found
        skip += 1000


def send_from_elsewhere(scene: Scene, count: int, *, start: int = 0) -> None:
    numbers = tuple(f"4474{start + position:06d}56" for position in range(count))
    scene.client.send_batch(batch=OutboundBatch("Clinic", numbers, "From another program"))


def test_the_first_fill_takes_what_other_programs_sent(scene: Scene) -> None:
    send_from_elsewhere(scene, 30)
    scene.traveller.shift(3 * 86_400)
    scene.sandbox.run_due()
    send_from_elsewhere(scene, 20, start=100)
    assert read(scene) == 50
    assert recorded(scene) == in_the_log(scene)
    state = log_state.read_state(scene.db)
    assert state.read_to == datetime.now(UTC)


def test_no_write_takes_so_many_that_others_wait_for_it(scene: Scene) -> None:
    send_from_elsewhere(scene, 2 * ROWS_A_WRITE + 1)
    with scene.writes_heard() as writes:
        read(scene)
    sizes = [sum(sql.startswith("INSERT INTO messages ") for sql in write) for write in writes]
    assert sorted(size for size in sizes if size) == [1, ROWS_A_WRITE, ROWS_A_WRITE]


def test_it_is_done_once_a_minute_and_says_when_it_is_not_due(scene: Scene) -> None:
    assert read(scene) == 0
    assert read(scene) is None
    scene.traveller.shift(61)
    assert read(scene) == 0


@pytest.mark.parametrize("order", ["newest_first", "random"])
def test_more_than_a_reply_holds_is_read_whole(scene: Scene, order: str) -> None:
    scene.sandbox.change_switches({"page_order": order, "repeated_rows": 7})
    scene.sandbox.set_credits(20_000)
    for part in range(2):
        send_from_elsewhere(scene, 600, start=1000 * part)
        scene.traveller.shift(90)
    send_from_elsewhere(scene, 2100, start=100_000)
    for _ in range(4):
        read(scene)
        scene.traveller.shift(61)
    assert len(recorded(scene)) == 2 * 600 + 2100
    assert recorded(scene) == in_the_log(scene)


def test_statuses_that_change_later_are_read_again(scene: Scene) -> None:
    send_from_elsewhere(scene, 40)
    read(scene)
    assert set(recorded(scene).values()) == {"SENT"}
    for _ in range(4):
        scene.traveller.shift(3700)
        scene.sandbox.run_due()
        read(scene)
    assert set(recorded(scene).values()) == {"DELIVERED"}
    asked = scene.sandbox.calls()["search_messages"]
    scene.traveller.shift(3700)
    read(scene)
    assert scene.sandbox.calls()["search_messages"] == asked + 1, "nothing is left to be read again"


def test_an_older_state_never_overwrites_a_newer_one(scene: Scene) -> None:
    send_from_elsewhere(scene, 3)
    old = scene.client.search_messages()
    scene.traveller.shift(60)
    scene.sandbox.run_due()
    read(scene)
    store_found(scene.db, old)
    assert set(recorded(scene).values()) == {"DELIVERED"}


def test_what_is_broken_off_is_read_again(scene: Scene) -> None:
    send_from_elsewhere(scene, 10)
    scene.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="search_messages", times=3))
    with pytest.raises(SmsWorksError):
        read(scene)
    scene.traveller.shift(61)
    assert read(scene) == 10


def test_texts_that_came_in_go_to_the_inbox_once(scene: Scene) -> None:
    scene.sandbox.inject_inbound(sender="447400123456", content="Yes please")
    read(scene)
    scene.pass_time(60)
    (message,) = list_messages(scene.db, "status = 'INCOMING'", [])
    assert message.report.content == "Yes please"


def test_a_text_of_ours_stays_joined_to_its_call(scene: Scene) -> None:
    call = scene.sent("Ours", "447400123493")
    scene.traveller.shift(2)
    scene.sandbox.run_due()
    read(scene)
    message = messages.find_by_call(scene.db, call.id)
    assert message is not None
    assert message.next_check_at is not None, "its status is still asked for by itself"
    assert len(recorded(scene)) == 1


def test_a_day_of_trouble_ends_with_a_record_that_agrees(scene: Scene) -> None:
    """Pages in random order that repeat rows, one call in ten lost, statuses changing in between."""
    scene.sandbox.change_switches({"page_order": "random", "repeated_rows": 5})
    scene.sandbox.faults.add(
        Fault(kind=FaultKind.SERVER_ERROR, operation="search_messages", times=None, probability=0.1, seed=7)
    )
    for minute in range(0, 24 * 60, 30):
        send_from_elsewhere(scene, 20, start=100 * minute)
        scene.traveller.shift(30 * 60)
        scene.sandbox.run_due()
        try:
            read(scene)
        except SmsWorksError:
            continue
    scene.sandbox.faults.clear()
    for _ in range(3):
        scene.traveller.shift(3700)
        scene.sandbox.run_due()
        read(scene)
    assert len(recorded(scene)) == 48 * 20
    assert recorded(scene) == in_the_log(scene)


def test_a_status_nobody_knows_is_kept_as_it_is(scene: Scene) -> None:
    send_from_elsewhere(scene, 1)

    def renamed(asked: Request, answer: Answer) -> Response:
        reply = answer()
        reply.set_data(reply.get_data().replace(b'"SENT"', b'"TELEPORTED"'))
        return reply

    scene.between(renamed)
    read(scene)
    assert set(recorded(scene).values()) == {"TELEPORTED"}


def test_a_thousand_messages_that_say_nothing_new_cost_no_write(scene: Scene) -> None:
    send_from_elsewhere(scene, 900)
    found: tuple[Message, ...] = scene.client.search_messages()
    store_found(scene.db, found)
    before = scene.db.conn.total_changes
    store_found(scene.db, found)
    assert scene.db.conn.total_changes == before


def test_the_watermark_never_goes_back(scene: Scene) -> None:
    now = datetime.now(UTC)
    log_state.advance(scene.db, now)
    log_state.advance(scene.db, now - timedelta(hours=1))
    assert log_state.read_state(scene.db).read_to == now

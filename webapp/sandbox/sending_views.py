"""The operations that send or schedule."""

from collections.abc import Sequence

from flask import Blueprint, Response

from .accepted import write_log
from .accepting import Acceptance, Terms, require_credits, segments_of, take_on
from .calls import guard, json_body, operation, route
from .ids import take_ids, wire_id
from .ledger import as_credits
from .orders import TextOrder, read_batch, read_collection, read_message
from .refusals import extended
from .rehearsal import lose_reply
from .sandbox import current_sandbox
from .scheduling import schedule
from .switches import PastSchedule, ReplyShape
from .wire import json_reply

sending = guard(Blueprint("sending", __name__, url_prefix="/v1"))


@sending.post("/message/send")
def send_message() -> Response:
    return _send_one()


@sending.post("/message/flash")
def send_flash() -> Response:
    return _send_one()


@sending.post("/batch/send")
def send_batch() -> Response:
    return _send_many(read_batch(json_body(), route(), current_sandbox().switches))


@sending.post("/batch/any")
def send_collection() -> Response:
    return _send_many(read_collection(json_body(), route(), current_sandbox().switches))


@sending.post("/message/schedule")
def schedule_message() -> Response:
    switches = current_sandbox().switches
    number = _schedule([read_message(json_body(), route(), switches, scheduled=True)], is_batch=False)
    receipt = {"messageid": wire_id(number), "status": "SCHEDULED"}
    if switches.schedule_reply is ReplyShape.OBJECT:
        return json_reply(receipt, 201)
    return json_reply([receipt])


@sending.post("/batch/schedule")
def schedule_batch() -> Response:
    switches = current_sandbox().switches
    number = _schedule(read_batch(json_body(), route(), switches, scheduled=True), is_batch=True)
    return json_reply({"batchid": wire_id(number), "status": "SCHEDULED"}, 201)


def _send_one() -> Response:
    order = read_message(json_body(), route(), current_sandbox().switches)
    acceptance = _accept([order], is_batch=False)
    message = acceptance.messages[0]
    receipt = {
        "messageid": wire_id(message.id),
        "status": message.status,
        "credits": as_credits(acceptance.balance),
        "creditsUsed": as_credits(acceptance.charged),
        "messageparts": segments_of(order.content),
    }
    return json_reply(receipt, 201)


def _send_many(orders: Sequence[TextOrder]) -> Response:
    batch_id = _accept(orders, is_batch=True).messages[0].batch_id or 0
    return json_reply({"batchid": wire_id(batch_id), "status": current_sandbox().switches.batch_status}, 201)


def _accept(orders: Sequence[TextOrder], *, is_batch: bool) -> Acceptance:
    """Takes the texts on; the first destination decides whether an attempt or the reply is lost."""
    sandbox = current_sandbox()
    now = sandbox.now
    sandbox.first_attempts.lose_if_first(orders[0].destination, now)
    with sandbox.store.writing() as db:
        require_credits(db, orders)
        batch_id = take_ids(db)[0] if is_batch else None
        terms = Terms(at=now, pace=sandbox.switches.pace, batch_id=batch_id)
        acceptance = take_on(db, orders, terms)
        ids = [message.id for message in acceptance.messages]
        write_log(db, orders, operation=operation(), at=now, message_ids=ids, batch_id=batch_id)
    lose_reply(orders[0].destination)
    return acceptance


def _schedule(orders: Sequence[TextOrder], *, is_batch: bool) -> int:
    sandbox = current_sandbox()
    now = sandbox.now
    if (orders[0].scheduled_at or 0) <= now and sandbox.switches.past_schedule is PastSchedule.REFUSED:
        raise extended(400, "The schedule date is in the past", code=400, state="ERROR", permanent=True)
    sandbox.first_attempts.lose_if_first(orders[0].destination, now)
    with sandbox.store.writing() as db:
        number = schedule(db, orders, operation=operation(), now=now, is_batch=is_batch)
    lose_reply(orders[0].destination)
    return number

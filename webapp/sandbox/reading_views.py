"""The operations that read the log, the inbox and the schedule, and those that remove from them."""

from collections.abc import Sequence

from flask import Blueprint, Response

from . import messages
from .calls import guard, json_body, route
from .dates import midnight_before
from .ids import number_of
from .messages import StoredMessage, count_sent_since, find_batch, find_message, mark_read
from .orders import read_search
from .refusals import plain
from .sandbox import Sandbox, current_sandbox
from .scheduling import cancel
from .scheduling import list_scheduled as scheduled_items
from .search import FAILED, UNREAD, search
from .switches import BatchIdKey, InboxMarking
from .wire import json_reply, list_reply, message_body, scheduled_reply

reading = guard(Blueprint("reading", __name__, url_prefix="/v1"))


@reading.post("/messages")
def search_messages() -> Response:
    return _search_reply()


@reading.post("/messages/failed")
def list_failed() -> Response:
    return _search_reply(among=FAILED)


@reading.post("/messages/inbox")
def fetch_unread() -> Response:
    sandbox = current_sandbox()
    order = read_search(json_body(), route())
    if sandbox.switches.inbox_marking is InboxMarking.WITH_ANSWER:
        with sandbox.store.writing() as db:
            found = search(db, order, sandbox.switches, now=sandbox.now, among=UNREAD)
            mark_read(db, [message.id for message in found])
        return list_reply(found, sandbox.switches)
    with sandbox.store.reading() as db:
        found = search(db, order, sandbox.switches, now=sandbox.now, among=UNREAD)
    reply = list_reply(found, sandbox.switches)
    if sandbox.switches.inbox_marking is InboxMarking.AFTER_ANSWER:
        reply.call_on_close(lambda: _mark_read(sandbox, found))
    return reply


@reading.get("/messages/schedule")
def list_scheduled() -> Response:
    sandbox = current_sandbox()
    with sandbox.store.reading() as db:
        return scheduled_reply(scheduled_items(db, sandbox.now), sandbox.switches)


@reading.get("/messages/volume")
def get_volume() -> Response:
    sandbox = current_sandbox()
    with sandbox.store.reading() as db:
        return json_reply({"volume": count_sent_since(db, midnight_before(sandbox.now))})


@reading.get("/messages/<message_id>")
def get_message(message_id: str) -> Response:
    sandbox = current_sandbox()
    with sandbox.store.reading() as db:
        message = find_message(db, number_of(message_id))
    if message is None:
        raise plain(sandbox.switches.unknown_get_status, "Message not found")
    return json_reply(message_body(message, sandbox.switches))


@reading.get("/batch/<batch_id>")
def get_batch(batch_id: str) -> Response:
    sandbox = current_sandbox()
    with sandbox.store.reading() as db:
        found = find_batch(db, number_of(batch_id))
    if not found:
        raise plain(sandbox.switches.unknown_get_status, "Batch not found")
    return list_reply(found, sandbox.switches)


@reading.delete("/messages/<message_id>")
def delete_message(message_id: str) -> Response:
    sandbox = current_sandbox()
    with sandbox.store.writing() as db:
        if not messages.delete_message(db, number_of(message_id)):
            raise plain(sandbox.switches.unknown_delete_status, "Message not found")
    return json_reply({"messageid": message_id, "status": "DELETED"})


@reading.delete("/messages/schedule/<message_id>")
def cancel_scheduled_message(message_id: str) -> Response:
    _cancel(message_id, is_batch=False)
    return json_reply({"messageid": message_id, "status": "CANCELLED"})


@reading.delete("/batches/schedule/<batch_id>")
def cancel_scheduled_batch(batch_id: str) -> Response:
    _cancel(batch_id, is_batch=True)
    key: BatchIdKey = current_sandbox().switches.cancelled_batch_key
    return json_reply({key: batch_id, "status": "CANCELLED"})


def _search_reply(among: str = "") -> Response:
    sandbox = current_sandbox()
    order = read_search(json_body(), route())
    with sandbox.store.reading() as db:
        found = search(db, order, sandbox.switches, now=sandbox.now, among=among)
    return list_reply(found, sandbox.switches)


def _mark_read(sandbox: Sandbox, found: Sequence[StoredMessage]) -> None:
    with sandbox.store.writing() as db:
        mark_read(db, [message.id for message in found])


def _cancel(text: str, *, is_batch: bool) -> None:
    sandbox = current_sandbox()
    with sandbox.store.writing() as db:
        cancel(db, number_of(text), sandbox.switches, is_batch=is_batch)

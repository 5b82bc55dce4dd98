"""The control plane: how tests, drills and people steer the stand-in. No sign-in; loopback only."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, request

from .accepted import AcceptedText, count_accepted, list_accepted
from .calls import json_body
from .dates import write_date
from .faults import FaultRefused, read_fault
from .ids import wire_id
from .inbox import REPLY_NUMBER
from .ledger import as_credits, list_entries
from .orders import plain_number
from .refusals import Problem, plain, require_valid
from .sandbox import current_sandbox
from .switches import DateForm, SwitchRefused
from .validation import Fields
from .wire import json_reply

control = Blueprint("control", __name__, url_prefix="/_sandbox")

MOST_LOG_ROWS = 10_000


@control.get("/faults")
def list_faults() -> Response:
    return json_reply([asdict(fault) for fault in current_sandbox().faults.pending()])


@control.post("/faults")
def add_faults() -> Response:
    """One fault or a list of them, added to those that are set."""
    body = json_body()
    try:
        faults = [read_fault(entry) for entry in (body if isinstance(body, list) else [body])]
    except FaultRefused as error:
        raise plain(400, str(error)) from error
    for fault in faults:
        current_sandbox().faults.add(fault)
    return list_faults()


@control.delete("/faults")
def clear_faults() -> Response:
    current_sandbox().faults.clear()
    return list_faults()


@control.get("/switches")
def show_switches() -> Response:
    return json_reply(asdict(current_sandbox().switches))


@control.post("/switches")
def change_switches() -> Response:
    """Sets the switches that the body names; the others stay."""
    body = json_body()
    if not isinstance(body, dict):
        raise plain(400, "Switches come as one JSON object.")
    try:
        current_sandbox().change_switches(body)
    except SwitchRefused as error:
        raise plain(400, str(error)) from error
    return show_switches()


@control.post("/inbound")
def inject_inbound() -> Response:
    problems: list[Problem] = []
    fields = Fields(json_body(), problems)
    sender, content = fields.text("from", required=True), fields.text("content", required=True)
    to, keyword = fields.text("to"), fields.text("keyword")
    require_valid("inbound", "/_sandbox/inbound", problems)
    message_id = current_sandbox().inject_inbound(
        sender=plain_number(sender), content=content, destination=to or REPLY_NUMBER, keyword=keyword
    )
    return json_reply({"messageid": message_id}, 201)


@control.get("/log")
def show_log() -> Response:
    """Accepted texts, oldest first: the first 10,000, or ?limit, of all or of one ?destination."""
    limit = request.args.get("limit", MOST_LOG_ROWS, type=int)
    with current_sandbox().store.reading() as db:
        texts = list_accepted(db, destination=request.args.get("destination", ""), limit=limit)
        counts = count_accepted(db)
    return json_reply({"messages": [_log_body(text) for text in texts], "by_destination": counts})


@control.get("/ledger")
def show_ledger() -> Response:
    with current_sandbox().store.reading() as db:
        entries = list_entries(db, MOST_LOG_ROWS)
    rows = [
        {
            **asdict(entry),
            "amount": as_credits(entry.amount),
            "message_id": entry.message_id and wire_id(entry.message_id),
        }
        for entry in entries
    ]
    return json_reply({"credits": float(current_sandbox().credits), "entries": rows})


@control.get("/calls")
def show_calls() -> Response:
    return json_reply(current_sandbox().calls())


@control.delete("/calls")
def forget_calls() -> Response:
    current_sandbox().forget_calls()
    return show_calls()


@control.post("/credits")
def set_credits() -> Response:
    problems: list[Problem] = []
    wanted = Fields(json_body(), problems).number("credits")
    if wanted is None:
        raise plain(400, "credits must be a number.")
    current_sandbox().set_credits(wanted)
    return json_reply({"credits": float(current_sandbox().credits)})


@control.post("/reset")
def reset() -> Response:
    current_sandbox().reset()
    return Response(status=204)


def _log_body(text: AcceptedText) -> dict[str, Any]:
    return {
        **asdict(text),
        "metadata": dict(text.metadata),
        "scheduled_at": None if text.scheduled_at is None else write_date(text.scheduled_at, DateForm.ISO),
        "accepted_at": write_date(text.accepted_at, DateForm.ISO),
    }

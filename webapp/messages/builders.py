"""Building the Messages pages, the same for a whole page and for a fragment of it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from flask import abort, url_for

from webapp.messages.charges import charged_words
from webapp.messages.forms import DeleteForm
from webapp.messages.holding import allowed, told_changes
from webapp.messages.pages import MessagesRecordPage, MessagesShowPage
from webapp.messages.timeline import build_timeline, status_timeline
from webapp.messaging.segments import segment_content
from webapp.messaging.status import MessageStatus
from webapp.services.changes_told import ToldChange
from webapp.services.outcomes import Outcome, describe_message, outcome_of
from webapp.services.reconcile import can_go_now
from webapp.store import batches, calls, conversations, messages, users
from webapp.store.calls import Operation
from webapp.store.messages import StoredMessage
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.banners import worker_is_running
from webapp.web.context import database
from webapp.web.fragments import version_of

# Polled every two seconds while something is likely to happen, then rarely.
LIVELY = timedelta(minutes=2)


def find_outcome(reference: str) -> Outcome | None:
    """A single text written here, by our reference or the provider's id of it; None for any other."""
    call = calls.find_call(database(), reference)
    if call is None:
        message = messages.find_message(database(), reference)
        call = calls.get_call(database(), message.outbox_id) if message and message.outbox_id else None
    if call is None or call.operation.is_batch:
        return None
    return outcome_of(call, messages.find_by_call(database(), call.id))


def open_outcome(reference: str) -> Outcome:
    """404 if no text was written here under it."""
    return find_outcome(reference) or abort(404)


def open_message(reference: str) -> StoredMessage:
    """A message of the record, whoever sent it; 404 if there is none with that id of the provider's."""
    return messages.find_message(database(), reference) or abort(404)


def build_record(message: StoredMessage, delete_form: DeleteForm | None = None) -> MessagesRecordPage:
    report = message.report
    is_inbound = report.status == MessageStatus.INCOMING
    call = calls.get_call(database(), message.outbox_id) if message.outbox_id else None
    is_admin = signed_in_user().role is Role.ADMIN
    raw = json.dumps(dict(report.raw), indent=2, ensure_ascii=False) if is_admin and report.raw else None
    return MessagesRecordPage(
        message=message,
        meaning=describe_message(message),
        is_inbound=is_inbound,
        changes=status_timeline(database(), message),
        segmentation=segment_content(report.content),
        batch=batches.get_batch(database(), call.batch_id) if call and call.batch_id else None,
        conversation_url=_conversation_url(other_end(message)),
        raw=raw,
        delete_form=delete_form or DeleteForm(destination=other_end(message), formdata=None),
        can_delete=is_admin and not (message.deleted_at or message.erased_at),
    )


def _conversation_url(number: str) -> str | None:
    """Where to read what that person texted, and to answer; None if they never did."""
    conversation = conversations.find_conversation(database(), number)
    if conversation is None:
        return None
    return url_for("inbox.show", conversation_id=conversation.id, _anchor="latest")


def other_end(message: StoredMessage) -> str:
    """The number of the person, whichever way the text went."""
    report = message.report
    return report.sender if report.status == MessageStatus.INCOMING else report.destination


def show_version(outcome: Outcome) -> str:
    """Everything in which the page of a text can change while nobody does anything to it."""
    told = told_changes(outcome.call)
    is_settled = _is_settled(outcome, told)
    return version_of(outcome.version, _poll_seconds(outcome), is_settled or worker_is_running(), told)


def _is_settled(outcome: Outcome, told: Sequence[ToldChange]) -> bool:
    """Nothing more is expected to happen, neither to the text nor to a change that it is part of."""
    return outcome.is_final and not any(each.is_under_way for each in told)


def _poll_seconds(outcome: Outcome) -> int:
    return 2 if datetime.now(UTC) - outcome.call.created_at < LIVELY else 15


def build_show(outcome: Outcome, delete_form: DeleteForm | None = None) -> MessagesShowPage:
    call, message = outcome.call, outcome.message
    author = users.names_of(database(), {call.created_by}).get(call.created_by, "")
    deleted = bool(message and message.deleted_at)
    content = "" if deleted else str(call.payload.get("content", ""))
    timeline = build_timeline(database(), outcome, author=author)
    role = signed_in_user().role
    told, may = told_changes(call), allowed(call)
    is_settled = _is_settled(outcome, told)
    return MessagesShowPage(
        outcome=outcome,
        author=author,
        content=content,
        segmentation=segment_content(content),
        scheduled_at=call.goes_at if call.operation is Operation.SCHEDULE_MESSAGE else None,
        charged=charged_words(outcome),
        sender=str(call.payload.get("sender") or ""),
        tag=str(call.payload.get("tag") or ""),
        timeline=timeline,
        raw=_raw(outcome) if role is Role.ADMIN else None,
        delete_form=delete_form or DeleteForm(destination=call.destination, formdata=None),
        told=told,
        conversation_url=_conversation_url(call.destination),
        can_send=role.includes(Role.SENDER) and outcome.can_be_resent,
        can_delete=role is Role.ADMIN and message is not None and not (deleted or call.erased_at),
        can_change=may.change,
        can_cancel=may.cancel,
        can_withdraw=may.withdraw,
        can_decide=role.includes(Role.SENDER) and bool(call.needs_person),
        can_go_now=can_go_now(call),
        worker_missing=not is_settled and not worker_is_running(),
        live=not is_settled,
        poll_seconds=_poll_seconds(outcome),
        version=show_version(outcome),
    )


def _raw(outcome: Outcome) -> str | None:
    if outcome.message is None or not outcome.message.report.raw:
        return None
    return json.dumps(dict(outcome.message.report.raw), indent=2, ensure_ascii=False)

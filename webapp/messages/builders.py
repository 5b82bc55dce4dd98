"""Building the Messages pages, the same for a whole page and for a fragment of it."""

import json
from datetime import UTC, datetime, timedelta

from flask import abort

from webapp.messages.charges import charged_words
from webapp.messages.forms import DeleteForm
from webapp.messages.pages import MessagesIndexPage, MessagesShowPage
from webapp.messages.timeline import build_timeline
from webapp.messaging.segments import segment_content
from webapp.services.follow_scheduled import SCHEDULED
from webapp.services.outcomes import Outcome, outcome_of, outcomes_of
from webapp.services.reconcile import can_go_now
from webapp.store import calls, messages, users
from webapp.store.calls import Operation, OutboxState
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database
from webapp.web.fragments import version_of
from webapp.web.shell import worker_is_running

ROWS_A_PAGE = 50
LARGEST_ROW_ID = 2**63 - 1
# Polled every two seconds while something is likely to happen, then rarely.
LIVELY = timedelta(minutes=2)


def open_outcome(reference: str) -> Outcome:
    """The text, by our reference or the provider's message id; 404 if there is none."""
    call = calls.find_call(database(), reference)
    if call is None:
        abort(404)
    return outcome_of(call, messages.find_by_call(database(), call.id))


def build_index(before_id: int | None) -> MessagesIndexPage:
    listed = calls.list_recent(database(), limit=ROWS_A_PAGE + 1, before_id=before_id)
    shown = listed[:ROWS_A_PAGE]
    outcomes = tuple(outcomes_of(database(), shown))
    return MessagesIndexPage(
        outcomes=outcomes,
        authors=users.names_of(database(), {call.created_by for call in shown}),
        older_than=shown[-1].id if len(listed) > ROWS_A_PAGE else None,
        is_first=before_id is None,
        can_send=signed_in_user().role.includes(Role.SENDER),
        # Only the newest page renews itself: on an older one rows would slide away under the reader.
        live=before_id is None,
        version=version_of(*((outcome.call.id, outcome.version) for outcome in outcomes)),
    )


def show_version(outcome: Outcome) -> str:
    """Everything in which the page of a text can change while nobody does anything to it."""
    return version_of(outcome.version, _poll_seconds(outcome), outcome.is_final or worker_is_running())


def _poll_seconds(outcome: Outcome) -> int:
    return 2 if datetime.now(UTC) - outcome.call.created_at < LIVELY else 15


def build_show(outcome: Outcome, delete_form: DeleteForm | None = None) -> MessagesShowPage:
    call, message = outcome.call, outcome.message
    author = users.names_of(database(), {call.created_by}).get(call.created_by, "")
    deleted = bool(message and message.deleted_at)
    content = "" if deleted else str(call.payload.get("content", ""))
    timeline = build_timeline(database(), outcome, author=author)
    role = signed_in_user().role
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
        can_send=role.includes(Role.SENDER) and outcome.can_be_resent,
        can_delete=role is Role.ADMIN and message is not None and not deleted,
        can_cancel=role.includes(Role.SENDER) and call.schedule_status == SCHEDULED,
        can_withdraw=role.includes(Role.SENDER) and call.state is OutboxState.QUEUED,
        can_decide=role.includes(Role.SENDER) and bool(call.needs_person),
        can_go_now=can_go_now(call),
        worker_missing=not outcome.is_final and not worker_is_running(),
        live=not outcome.is_final,
        poll_seconds=_poll_seconds(outcome),
        version=show_version(outcome),
    )


def _raw(outcome: Outcome) -> str | None:
    if outcome.message is None or not outcome.message.report.raw:
        return None
    return json.dumps(outcome.message.report.raw, indent=2, ensure_ascii=False)

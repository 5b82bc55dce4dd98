"""Building the page of one text whose outcome nobody knows."""

from flask import abort, url_for

from webapp.failed.pages import FailedUnknownPage, ShownCandidate
from webapp.services.candidates import Candidate, list_candidates
from webapp.services.reconcile import can_go_now
from webapp.smsworks.errors import BEING_LOOKED_UP
from webapp.store import batches, calls, messages, users
from webapp.store.calls import Call, OutboxState
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database


def open_call(reference: str) -> Call:
    """The call of that reference, whatever has become of it."""
    call = calls.find_call(database(), reference)
    if call is None:
        abort(404)
    return call


def page_of(call: Call) -> str:
    """Where all that is known of a call stands: its message page, or its batch's."""
    batch = batches.get_batch(database(), call.batch_id) if call.batch_id else None
    return url_for("batches.show", ref=batch.ref) if batch else url_for("messages.show", reference=call.ref)


def is_unknown(call: Call) -> bool:
    return call.state is OutboxState.UNKNOWN


def build_unknown(call: Call, *, refusal: str = "") -> FailedUnknownPage:
    batch = batches.get_batch(database(), call.batch_id) if call.batch_id else None
    events = calls.list_events(database(), call.id)
    lost = [event for event in events if event.event == "unknown"]
    author = users.get_user(database(), call.created_by)
    is_sender = signed_in_user().role.includes(Role.SENDER)
    return FailedUnknownPage(
        call=call,
        content=str(call.payload.get("content") or (batch.text.content if batch else "")),
        sender=str(call.payload.get("sender", "")),
        author=author.name if author else "",
        how_it_ended=_how_it_ended(call, lost[-1].detail if lost else ""),
        candidates=tuple(map(_shown, list_candidates(database(), call))),
        refusal=refusal,
        url=page_of(call),
        can_ask=is_sender,
        can_decide=is_sender and bool(call.needs_person),
        can_go_now=can_go_now(call),
    )


def _how_it_ended(call: Call, detail: str) -> str:
    """What was said then, without the advice that a person's decision now replaces."""
    words = detail.removesuffix(BEING_LOOKED_UP).rstrip() if call.needs_person else detail
    return f"{words[:1].upper()}{words[1:]}"


def _shown(candidate: Candidate) -> ShownCandidate:
    """A text of the record has a page; of a batch or a scheduled item the provider's id says all."""
    known = messages.find_message(database(), candidate.provider_id)
    url = url_for("messages.show", reference=candidate.provider_id) if known else None
    return ShownCandidate(candidate, url)

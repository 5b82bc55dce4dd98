"""Sending failed texts again: one through Compose's check page, several as a new batch."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlite_utils import Database

from webapp.messaging.numbers import format_number
from webapp.messaging.placeholders import PlaceholderRefused, compile_template
from webapp.services.calls_of_draft import text_to_resend
from webapp.store import batch_changes, batch_jobs, batch_rows, batches, calls, drafts
from webapp.store.batch_rows import VALID, BatchRow
from webapp.store.batches import Batch, BatchState, BatchText, Holding
from webapp.store.connection import transaction
from webapp.store.drafts import Delivery, DraftText
from webapp.store.failures import Failure

HEADERS = ("Number", "Text")
EACH_THEIR_OWN = "((Text))"


def draft_again(db: Database, failure: Failure, *, author_id: int) -> str:
    """The id of a new draft with the same text to the same number, to be checked."""
    call = calls.get_call(db, failure.call_id) if failure.call_id is not None else None
    text = (text_to_resend(call) if call else None) or _text_of(failure)
    return drafts.add_draft(db, author_id=author_id, text=text, now=datetime.now(UTC))


def batch_again(db: Database, again: Sequence[Failure], *, author_id: int) -> Batch:
    """A new batch that brings each their own text again, about to be counted. It goes at once.

    A batch has one sender: that of the latest text. Which other ones there were, its list says. Of several
    texts to one number a list sends the first: so the latest stands first.
    """
    now = datetime.now(UTC)
    again = sorted(again, key=lambda failure: failure.place.at, reverse=True)
    latest = again[0]
    content = _shared_content(again)
    senders = sorted({failure.sender for failure in again} - {latest.sender})
    notes = [f"{len(again)} texts that failed, to be sent again."]
    if senders:
        notes.append(f"Some went from {', '.join(senders)} before; all go from {latest.sender} now.")
    with transaction(db):
        new = batches.add_batch(
            db,
            author_id=author_id,
            name=f"Failed texts, again ({now:%d %b})",
            file_name=None,
            now=now,
            state=BatchState.DRAFT,
        )
        batch_rows.add_rows(db, new.id, [_row(at, each) for at, each in enumerate(again, 1)])
        facts = {"rows": len(again), "notes": notes}
        new = batch_jobs.record_facts(db, new, facts=facts, headers=HEADERS, number_column=0)
        typed = {"sender": latest.sender, "content": content, "when": "now", "date": "", "time": ""}
        tags = {failure.tag for failure in again}
        options = {"tag": latest.tag} if len(tags) == 1 and latest.tag else {}
        text = BatchText(latest.sender, content, None, Holding.TEXTDESK, options, {**typed, **options})
        batch_changes.change_text(db, new, text, content_hash=drafts.content_hash(content), now=now)
        return batches.get_batch(db, new.id) or new


def _shared_content(again: Sequence[Failure]) -> str:
    """The text if all got the same one, and nothing in it looks like a placeholder; else a column for it."""
    contents = {failure.content for failure in again}
    content = again[0].content
    try:
        is_plain = len(contents) == 1 and not compile_template(content).is_personal
    except PlaceholderRefused:
        is_plain = False
    return content if is_plain else EACH_THEIR_OWN


def _row(position: int, failure: Failure) -> BatchRow:
    values = (format_number(failure.destination), failure.content)
    return BatchRow(
        position=position,
        sheet_row=position,
        values=values,
        problems=None,
        number=failure.destination,
        verdict=VALID,
        reason="",
    )


def _text_of(failure: Failure) -> DraftText:
    options = {"tag": failure.tag} if failure.tag else {}
    typed = {
        "recipients": format_number(failure.destination),
        "sender": failure.sender,
        "content": failure.content,
        "when": Delivery.NOW.value,
        **options,
    }
    return DraftText(
        delivery=Delivery.NOW,
        typed=typed,
        numbers=(failure.destination,),
        sender=failure.sender,
        content=failure.content,
        scheduled_at=None,
        options=options,
    )

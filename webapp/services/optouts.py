"""Nothing goes to a number that has opted out: the part of sending that says so.

`send` asks here when a text is confirmed and again just before each attempt, so that no path can forget it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from webapp.messaging.numbers import format_number
from webapp.store import optouts, outbox
from webapp.store.calls import Call
from webapp.store.drafts import Draft

OPTED_OUT = "opted_out"
"""The error code of a call that was skipped."""
SKIPPED = "Skipped: opted out. Nothing was sent or charged."


def recipients_of(db: Database, draft: Draft) -> tuple[str, ...]:
    """The numbers of a draft that it may go to, in their order."""
    opted_out = optouts.opted_out_among(db, draft.text.numbers)
    return tuple(number for number in draft.text.numbers if number not in opted_out)


def obstacle(db: Database, draft: Draft) -> str | None:
    """Why nobody is left to send a draft to; None if somebody is."""
    if not draft.text.numbers or recipients_of(db, draft):
        return None
    if len(draft.text.numbers) > 1:
        return f"All {len(draft.text.numbers)} numbers have opted out of texts. Nothing can be sent to them."
    return f"{format_number(draft.text.numbers[0])} has opted out of texts. Nothing can be sent to it."


def obstacle_of_copy(db: Database, mobile: str) -> str | None:
    """Why no copy can go to the author's own phone; None if one can."""
    if not optouts.is_opted_out(db, mobile):
        return None
    return "Your own number has opted out of texts, so no copy was sent. Nothing was charged."


def skip_all(db: Database, calls: Iterable[Call], *, now: datetime) -> int:
    """End those of these calls whose number has opted out, before anything is sent; how many.

    A call of a batch goes to many: whom it leaves out is decided where it is built (`batches.calls`).
    """
    listed = [call for call in calls if not call.operation.is_batch]
    opted_out = optouts.opted_out_among(db, {call.destination for call in listed})
    return sum(_skip(db, call, now=now) for call in listed if call.destination in opted_out)


def _skip(db: Database, call: Call, *, now: datetime) -> bool:
    return outbox.record_refused(
        db, call, now=now, error_code=OPTED_OUT, error_message=SKIPPED, event="skipped"
    )

"""What happens to texts after they were taken on: reports, refunds, replies, each when it is due."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlite_utils import Database

from .endings import Step, ending_of
from .inbox import receive, reply_number_for
from .ledger import Entry, EntryKind, post
from .messages import StoredMessage, save_outcomes, select_messages
from .prices import UK_PREFIX
from .switches import Switches
from .webhooks import Post, enqueue
from .wire import message_body

MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class _Taken:
    """A step that a message took, at its moment."""

    step: Step
    at: int
    message: StoredMessage


def deliver_due(db: Database, now: int, switches: Switches) -> int:
    """Takes the step that is due for up to a thousand messages, oldest first; how many."""
    due = select_messages(db, "WHERE due_at <= ? ORDER BY due_at LIMIT ?", [now, MOST_AT_ONCE])
    taken = [_take_step(message, message.due_at or now, switches.pace) for message in due]
    save_outcomes(db, (entry.message for entry in taken))
    post(db, _refunds(taken))
    enqueue(db, _reports(taken, switches))
    for entry in taken:
        if entry.step.reply is not None:
            _reply(db, entry, entry.step.reply, switches)
    return len(due)


def _take_step(message: StoredMessage, at: int, pace: float) -> _Taken:
    steps = ending_of(message.destination).steps
    step, following = steps[message.step], steps[message.step + 1 :]
    after = replace(
        message,
        step=message.step + 1,
        due_at=at + round(following[0].after_seconds * 1000 * pace) if following else None,
    )
    return _Taken(step, at, _with_status(after, step, at))


def _with_status(message: StoredMessage, step: Step, at: int) -> StoredMessage:
    if step.status is None:
        return message
    changed = replace(message, status=step.status, modified_at=at)
    if step.failure is None:
        return changed
    return replace(
        changed,
        failure_code=step.failure.code,
        failure_details=step.failure.details,
        failure_permanent=int(step.failure.permanent),
    )


def _refunds(taken: Iterable[_Taken]) -> Iterator[Entry]:
    """Failed texts cost nothing in the United Kingdom; abroad the credits are gone."""
    for entry in taken:
        if entry.step.refunded and entry.message.destination.startswith(UK_PREFIX):
            yield Entry(entry.at, EntryKind.REFUND, entry.message.credits, entry.message.id)


def _reports(taken: Iterable[_Taken], switches: Switches) -> Iterator[Post]:
    for entry in taken:
        url = entry.message.delivery_report_url or switches.delivery_report_url
        if url and entry.step.status is not None:
            body = message_body(entry.message, switches)
            report = Post(url, [body] if switches.reports_in_array else body, entry.at)
            yield from [report] * switches.reports_repeated


def _reply(db: Database, entry: _Taken, content: str, switches: Switches) -> None:
    receive(
        db,
        switches,
        at=entry.at,
        sender=entry.message.destination,
        destination=reply_number_for(entry.message.sender),
        content=content,
    )

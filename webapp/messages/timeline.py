"""The timeline of one text: our outbox, the provider's statuses and the audit trail, in order of time."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from webapp.messaging.status import MessageStatus, StatusTone, describe_status
from webapp.services.outcomes import Outcome
from webapp.store import audit, calls, message_events
from webapp.store.audit import AuditEntry
from webapp.store.calls import CallEvent
from webapp.store.message_events import StatusChange
from webapp.store.messages import StoredMessage
from webapp.web.filters import local_time


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One thing that happened; `who` when a person did it."""

    at: datetime
    what: str
    tone: StatusTone
    icon: str
    who: str | None = None
    detail: str | None = None

    @property
    def local(self) -> str:
        """With seconds: most of what happens to a text happens within one minute."""
        return f"{local_time(self.at).local}:{self.at:%S}"

    @property
    def utc(self) -> str:
        return local_time(self.at).utc

    @property
    def iso(self) -> str:
        return local_time(self.at).iso


_CALL_EVENTS = {
    "queued": ("Confirmed", StatusTone.NEUTRAL, "check2"),
    "in_flight": ("Handed to the provider", StatusTone.NEUTRAL, "send"),
    "accepted": ("Accepted by the provider", StatusTone.NEUTRAL, "check2"),
    "scheduled": ("Scheduled at the provider", StatusTone.WAITING, "calendar-event"),
    "processed": ("Its time came", StatusTone.NEUTRAL, "calendar-check"),
    "cancelled": ("Cancelled before its time", StatusTone.NEUTRAL, "calendar-x"),
    "refused": ("Not sent", StatusTone.BAD, "x-circle"),
    "skipped": ("Skipped: opted out", StatusTone.NEUTRAL, "slash-circle"),
    "unreachable": ("The provider could not be reached", StatusTone.ATTENTION, "exclamation-triangle"),
    "rate_limited": ("The provider asked to wait", StatusTone.ATTENTION, "hourglass-split"),
    "restored": ("The record was restored: looked for before anything else", StatusTone.ATTENTION, "search"),
    "unknown": ("No clear answer came", StatusTone.ATTENTION, "question-circle"),
    "found": ("Found at the provider: it had been accepted", StatusTone.GOOD, "search"),
    "absent": ("Not found at the provider: it had not been accepted", StatusTone.NEUTRAL, "search"),
    "needs_person": ("Somebody has to decide", StatusTone.ATTENTION, "person"),
    "recognised": ("Recognised by a member of staff: it was sent", StatusTone.GOOD, "person"),
    "said_sent": ("Said to have been sent", StatusTone.NEUTRAL, "person"),
    "closed": ("Closed without knowing", StatusTone.ATTENTION, "question-circle"),
    "missing": ("No message came of it", StatusTone.BAD, "exclamation-octagon"),
    "wanted_again": ("To be sent again, if it is still not there", StatusTone.NEUTRAL, "person"),
    "sent_again": ("Sent again by decision", StatusTone.NEUTRAL, "arrow-repeat"),
    "replaced": ("Another text took its place", StatusTone.NEUTRAL, "arrow-repeat"),
    "took_its_place": ("It took the place of another text", StatusTone.NEUTRAL, "arrow-repeat"),
    "old_one_went": ("The text it was to replace had gone", StatusTone.ATTENTION, "exclamation-triangle"),
    "both_went": ("The text it was to replace went, too", StatusTone.BAD, "exclamation-octagon"),
    "old_one_stays": ("The text it was to replace stays", StatusTone.NEUTRAL, "calendar-check"),
    "old_one_not_listed": (
        "The provider does not list the text it replaces",
        StatusTone.ATTENTION,
        "question-circle",
    ),
    "accepted_twice": (
        "Sent twice: an attempt given up for lost went too",
        StatusTone.BAD,
        "exclamation-octagon",
    ),
}
_AUDIT_ACTIONS = {
    "deleted a message": "Record deleted",
    "stopped a text": "Stopped",
    "cancelled a scheduled text": "Cancelled",
    "changed a scheduled text": "Change confirmed",
    "decided an unknown outcome": "Decided",
}


def build_timeline(db: Database, outcome: Outcome, *, author: str) -> tuple[TimelineEvent, ...]:
    """Oldest first. The provider's clock is not ours: what it reports never stands before our part."""
    events = [_from_call(event, author) for event in calls.list_events(db, outcome.call.id)]
    if outcome.message is not None:
        changes = message_events.list_changes(db, outcome.message.id)
        # The first SENT only repeats "accepted by the provider".
        handed_over = max(event.at for event in events)
        events += [
            replace(_from_status(change), at=max(change.at, handed_over))
            for change in changes
            if change.status != "SENT" or change.detail
        ]
    entries = audit.list_about(db, outcome.call.ref)
    events += [_from_audit(entry) for entry in entries if entry.action in _AUDIT_ACTIONS]
    return tuple(sorted(events, key=lambda event: event.at))


def status_timeline(db: Database, message: StoredMessage) -> tuple[TimelineEvent, ...]:
    """What is known of a message that was not written here by itself; oldest first."""
    events = [_from_status(change) for change in message_events.list_changes(db, message.id)]
    entries = audit.list_about(db, message.report.message_id)
    events += [_from_audit(entry) for entry in entries if entry.action in _AUDIT_ACTIONS]
    return tuple(sorted(events, key=lambda event: event.at))


def _from_call(event: CallEvent, author: str) -> TimelineEvent:
    what, tone, icon = _CALL_EVENTS.get(event.event, (event.event, StatusTone.NEUTRAL, "dot"))
    who = author if event.event == "queued" else None
    # Why it was refused stands large above the timeline.
    detail = None if event.event in ("refused", "skipped", "closed") else event.detail or None
    return TimelineEvent(event.at, what, tone, icon, who, detail)


def _from_status(change: StatusChange) -> TimelineEvent:
    meaning = describe_status(change.status)
    # A delivered text may still carry the reason of an earlier try that failed.
    detail = None if change.status == MessageStatus.DELIVERED else change.detail or None
    return TimelineEvent(change.at, meaning.word, meaning.tone, meaning.icon, None, detail)


def _from_audit(entry: AuditEntry) -> TimelineEvent:
    return TimelineEvent(
        entry.at, _AUDIT_ACTIONS[entry.action], StatusTone.NEUTRAL, "person", entry.user_name
    )

"""A conversation as people read it: both ways merged by time, each text of ours with what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from webapp.messaging.status import StatusMeaning
from webapp.services.outcomes import Outcome, describe_message, outcomes_of
from webapp.store import thread
from webapp.store.conversations import Conversation
from webapp.store.messages import StoredMessage
from webapp.store.thread import Difference, InboundRow

TEXTS_SHOWN = 40
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ThreadText:
    """One text. Either `inbound`, or an `outcome` of ours, or an `elsewhere` that no text of ours became."""

    at: datetime
    content: str
    inbound: InboundRow | None = None
    differences: tuple[Difference, ...] = ()
    outcome: Outcome | None = None
    elsewhere: StoredMessage | None = None

    @property
    def meaning(self) -> StatusMeaning | None:
        """What became of a text that went out."""
        if self.outcome is not None:
            return self.outcome.meaning
        return describe_message(self.elsewhere) if self.elsewhere else None

    @property
    def sender(self) -> str:
        """Whom a text that went out came from."""
        if self.outcome is not None:
            return str(self.outcome.call.payload.get("sender") or "")
        return self.elsewhere.report.sender if self.elsewhere else ""

    @property
    def erased_at(self) -> datetime | None:
        """When the words of a text that went out were erased, if they were."""
        if self.outcome is not None:
            return self.outcome.call.erased_at
        return self.elsewhere.erased_at if self.elsewhere else None


@dataclass(frozen=True, slots=True)
class Thread:
    """The oldest first. `earlier_than`: where the page of earlier texts begins, None if there are none."""

    texts: tuple[ThreadText, ...]
    earlier_than: datetime | None


def read_thread(
    db: Database, conversation: Conversation, *, before: datetime | None = None, limit: int = TEXTS_SHOWN
) -> Thread:
    """The latest texts, or the latest of those before then."""
    found = [
        *_inbound(db, conversation, limit + 1, before),
        *_ours(db, conversation, limit + 1, before),
        *_elsewhere(db, conversation, limit + 1, before),
    ]
    found.sort(key=lambda text: text.at, reverse=True)
    if len(found) <= limit:
        return Thread(tuple(reversed(found)), earlier_than=None)
    # Texts of one moment stay on one page, for the next begins with the moment after which this one ended.
    cut_at = found[limit].at
    shown = [text for text in found[:limit] if text.at > cut_at] or found[:limit]
    return Thread(tuple(reversed(shown)), earlier_than=min(cut_at + _INSTANT, shown[-1].at))


def _inbound(
    db: Database, conversation: Conversation, limit: int, before: datetime | None
) -> list[ThreadText]:
    found = thread.list_inbound(db, conversation.id, limit=limit, before=before)
    differences = thread.map_differences(db, [each.row_id for each in found])
    return [
        ThreadText(
            each.received_at,
            each.content,
            inbound=each,
            differences=tuple(differences.get(each.row_id, ())),
        )
        for each in found
    ]


def _ours(db: Database, conversation: Conversation, limit: int, before: datetime | None) -> list[ThreadText]:
    calls = thread.list_calls_to(db, conversation.number, limit=limit, before=before)
    return [
        ThreadText(outcome.call.goes_at, _content_of(outcome), outcome=outcome)
        for outcome in outcomes_of(db, calls)
    ]


def _elsewhere(
    db: Database, conversation: Conversation, limit: int, before: datetime | None
) -> list[ThreadText]:
    found = thread.list_sent_elsewhere(db, conversation.number, limit=limit, before=before)
    return [ThreadText(each.report.created_at, each.report.content, elsewhere=each) for each in found]


def _content_of(outcome: Outcome) -> str:
    if outcome.message is not None and outcome.message.deleted_at is not None:
        return ""
    return str(outcome.call.payload.get("content") or "")

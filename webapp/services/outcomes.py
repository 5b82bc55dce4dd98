"""What became of a text, in one answer: our outbox and the provider's record read together."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlite_utils import Database

from webapp.messaging.charges import is_given_back
from webapp.messaging.status import (
    StatusMeaning,
    StatusTone,
    describe_outbox_state,
    describe_status,
)
from webapp.services.follow_scheduled import MISSING, SCHEDULED
from webapp.services.optouts import OPTED_OUT
from webapp.store import messages
from webapp.store.calls import FORGOTTEN, SAID_SENT, Call, OutboxState
from webapp.store.messages import StoredMessage
from webapp.store.record import RecordEntry

# A scheduled text is usually a message within seconds of its time.
OVERDUE_AFTER = timedelta(minutes=15)
_OVERDUE = StatusMeaning(
    word="Overdue",
    tone=StatusTone.ATTENTION,
    icon="exclamation-triangle",
    meaning="Its time has come, but the provider shows no message for it yet. Textdesk keeps looking.",
    charged="Whether it was charged is not known.",
    final=False,
)
_MISSING = StatusMeaning(
    word="Not accounted for",
    tone=StatusTone.BAD,
    icon="exclamation-octagon",
    meaning="The provider took it for its time, but three days later has no message for it. "
    "Ask the person whether it came, and the provider what became of it.",
    charged="Whether it was charged is not known.",
    final=True,
)
_SKIPPED = StatusMeaning(
    word="Skipped: opted out",
    tone=StatusTone.NEUTRAL,
    icon="slash-circle",
    meaning="The number has opted out of texts. Nothing was sent or charged.",
    charged="",
    final=True,
)
_SAID_SENT = StatusMeaning(
    word="Said to be sent",
    tone=StatusTone.NEUTRAL,
    icon="person",
    meaning="No answer came and nothing was found; a member of staff said that it was sent. "
    "It will not be sent again, and no report is expected.",
    charged="Whether it was charged is not known.",
    final=True,
)


class Outcome(NamedTuple):
    """A text of ours: the call that sends it, the message it became (None until known), and what that means.

    `version` changes whenever anything that a page shows about it has changed.
    """

    call: Call
    message: StoredMessage | None
    meaning: StatusMeaning

    @property
    def credits(self) -> Decimal | None:
        """What the provider charged, None until it has said so."""
        if self.call.state is OutboxState.REFUSED and self.call.error_code != FORGOTTEN:
            return Decimal(0)
        if self.call.credits_used is None and self.message is not None:
            return self.message.report.credits
        return self.call.credits_used

    @property
    def expected_credits(self) -> Decimal | None:
        """What it is expected to cost while the provider names no charge; None if it has named one."""
        return self.message.cost if self.message is not None and self.credits is None else None

    @property
    def is_given_back(self) -> bool:
        """Whether whatever it cost is given back, because a text within the UK failed for good."""
        message = self.message
        return message is not None and is_given_back(message.report.status, self.call.destination)

    @property
    def given_back(self) -> Decimal | None:
        """Credits the provider gives back because a text within the UK failed for good; None if it does not.

        The refund shows as a higher balance; no reply of the provider names it.
        """
        return self.credits if self.is_given_back else None

    @property
    def is_final(self) -> bool:
        """Nothing more is expected to happen."""
        return self.meaning.final

    @property
    def can_be_resent(self) -> bool:
        """Not while it may still go by itself, or while nobody knows whether it went."""
        settled = self.call.state in (OutboxState.ACCEPTED, OutboxState.REFUSED)
        return (
            settled
            and self.call.schedule_status != "SCHEDULED"
            and bool(self.call.payload)
            and not self.call.erased_at
        )

    @property
    def version(self) -> str:
        call, message = self.call, self.message
        parts = [call.state, call.attempts, bool(call.needs_person), call.schedule_status or ""]
        parts += [bool(call.wanted_again_at), self.meaning.word]
        if message is not None:
            gone = bool(message.deleted_at or message.erased_at)
            parts += [message.report.status, message.report.failure_code or "", gone]
        return ".".join(str(part) for part in parts)


def outcomes_of(db: Database, of_calls: Iterable[Call]) -> list[Outcome]:
    """The outcomes of several calls, in their order, with one query for all their messages."""
    listed = list(of_calls)
    known = messages.map_by_call(db, [call.id for call in listed])
    return [outcome_of(call, known.get(call.id)) for call in listed]


def outcome_of(call: Call, message: StoredMessage | None) -> Outcome:
    return Outcome(call, message, describe(call, message))


def describe(call: Call, message: StoredMessage | None) -> StatusMeaning:
    """The one meaning to show for a text."""
    if call.state is not OutboxState.ACCEPTED:
        return _describe_call(call)
    if message is not None:
        return describe_message(message)
    if call.schedule_status == MISSING or (call.schedule_status and _is_overdue(call)):
        return _MISSING if call.schedule_status == MISSING else _OVERDUE
    if call.schedule_status:
        return describe_status(call.schedule_status)
    if call.error_code == SAID_SENT and not (call.message_id or call.provider_batch_id):
        return _SAID_SENT
    return describe_outbox_state(call.state)


def describe_entry(entry: RecordEntry) -> StatusMeaning:
    """The one meaning to show for a line of the record, whoever sent it."""
    if entry.message is not None:
        return describe_message(entry.message)
    assert entry.call is not None  # noqa: S101 - a line is a message or a call
    return describe(entry.call, None)


def describe_message(message: StoredMessage) -> StatusMeaning:
    if message.deleted_at is not None:
        return StatusMeaning(
            word="Deleted",
            tone=StatusTone.NEUTRAL,
            icon="trash",
            meaning="The record of this text was deleted here and at the provider.",
            charged="Deleting a record refunds nothing.",
            final=True,
        )
    report = message.report
    return describe_status(
        report.status,
        permanent=report.failure_permanent,
        failure_details=report.failure_details,
        age=datetime.now(UTC) - report.created_at,
    )


def _is_overdue(call: Call) -> bool:
    return call.schedule_status == SCHEDULED and datetime.now(UTC) - call.goes_at > OVERDUE_AFTER


def _describe_call(call: Call) -> StatusMeaning:
    meaning = describe_outbox_state(call.state)
    if call.error_code == FORGOTTEN:
        return replace(
            describe_outbox_state(OutboxState.UNKNOWN),
            word="Closed, outcome unknown",
            meaning=call.error_message or "",
            charged="",
            final=True,
        )
    if call.error_code == OPTED_OUT:
        return _SKIPPED
    if call.state is OutboxState.REFUSED and call.error_message:
        # The words of a refusal say themselves whether anything was charged.
        return replace(meaning, meaning=call.error_message, charged="")
    if call.state is OutboxState.QUEUED and call.attempts:
        return replace(
            meaning,
            tone=StatusTone.ATTENTION,
            meaning="It could not be handed over yet and nothing was sent. Textdesk keeps trying by itself.",
        )
    if call.state is OutboxState.UNKNOWN and call.wanted_again_at:
        return replace(
            meaning, meaning="It is looked for once more. If it is still not there, it is sent again."
        )
    if call.state is OutboxState.UNKNOWN and call.needs_person:
        return replace(meaning, meaning=f"{call.needs_person} Somebody has to decide what to do.")
    return meaning

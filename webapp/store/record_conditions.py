"""What is wanted of the record, and the conditions that say so of messages and of calls without one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from webapp.messaging.charges import HOME_PRICE
from webapp.messaging.metadata import RESERVED_KEYS
from webapp.messaging.status import FAILED, MessageStatus
from webapp.store.batches import OWN_TAG
from webapp.store.calls import FORGOTTEN, OutboxState
from webapp.store.connection import row, time_text


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Group(StrEnum):
    """Texts that went out: all of them, those that failed, and those of which more may be heard."""

    WENT = "went"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What is wanted; empty: whatever it is. `since` is included, `until` is not.

    `status` is the provider's, or the state of a call of ours; in a `group` are messages only. `batch_id` is
    of a batch of ours, `provider_batch_id` of another program's. `credits`: exactly, as charged or expected.
    `number_part`: digits in a row. `words`: as typed, all of them wanted, in whatever form. `metadata`: a
    key, and its value or any, in capitals or not.
    """

    status: str = ""
    group: Group | None = None
    sender: str = ""
    tag: str = ""
    keyword: str = ""
    direction: Direction | None = None
    since: datetime | None = None
    until: datetime | None = None
    batch_id: int | None = None
    provider_batch_id: str = ""
    credits: Decimal | None = None
    number_part: str = ""
    words: str = ""
    metadata: tuple[str, str | None] | None = None

    @property
    def is_search(self) -> bool:
        return bool(self.number_part or self.words or self.metadata)

    @property
    def is_outbound(self) -> bool:
        """What came in is of no batch, costs nothing that is known, and has no metadata."""
        is_of_outbound = self.is_of_batch or self.credits is not None or self.metadata is not None
        return is_of_outbound or self.direction is Direction.OUT

    @property
    def is_of_batch(self) -> bool:
        return self.batch_id is not None or bool(self.provider_batch_id)


# No scheduled call is ever in one of these.
_OF_MESSAGES_ONLY = (*FAILED, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.INCOMING)
# Hardly any: keywords come with what is received, and there is no looking through all of that.
_KEYWORD_OUT = (
    "messages.id IN (SELECT id FROM messages WHERE keyword = :keyword AND status < 'INCOMING' "
    "UNION ALL SELECT id FROM messages WHERE keyword = :keyword AND status > 'INCOMING')"
)


def is_of_messages_only(wanted: RecordFilter) -> bool:
    if wanted.keyword or wanted.group or wanted.is_of_batch or wanted.direction is Direction.IN:
        return True
    # A call that was refused cost nothing; of the others nobody has said what they cost.
    if wanted.credits:
        return True
    return wanted.status in _OF_MESSAGES_ONLY


def of_messages(wanted: RecordFilter) -> str:
    """SQLite only: a + keeps it from an index on that column, where the others leave less."""
    may_lead = _may_lead(wanted)

    def is_equal(column: str, value: str) -> str:
        return f"{'' if column in may_lead else '+'}messages.{column} = :{value}"

    return _joined(
        {
            is_equal("our_batch_id", "batch_id"): wanted.batch_id is not None,
            f"{is_equal('batch_id', 'provider_batch_id')} AND messages.outbox_id IS NULL": (
                wanted.provider_batch_id
            ),
            is_equal("cost", "cost"): wanted.credits is not None,
            is_equal("status", "status"): wanted.status,
            is_equal("sender", "sender"): wanted.sender,
            is_equal("tag", "tag"): wanted.tag,
            "messages.keyword = :keyword": wanted.keyword and not wanted.is_outbound,
            "messages.status = 'INCOMING'": wanted.direction is Direction.IN,
            "messages.status <> 'INCOMING'": _is_out(wanted),
            _KEYWORD_OUT: wanted.keyword and wanted.is_outbound,
            "messages.created_at >= :since": wanted.since,
            "messages.created_at < :until": wanted.until,
        }
    )


def _is_out(wanted: RecordFilter) -> bool:
    """What came in costs nothing that is known."""
    return wanted.credits is None and (wanted.group is not None or wanted.direction is Direction.OUT)


_OF_OUTBOUND = ("status", "sender", "tag")


def _may_lead(wanted: RecordFilter) -> tuple[str, ...]:
    """The columns by which SQLite may go: of those wanted together, some leave less than others.

    Nearly all texts that cost anything cost the usual: few of them have failed, or a certain tag and sender.
    """
    if wanted.keyword:
        return _OF_OUTBOUND
    is_failed = wanted.status in FAILED or wanted.group is Group.FAILED
    by_status = wanted.credits is None or (wanted.credits == HOME_PRICE and is_failed)
    if wanted.is_of_batch:
        return ("our_batch_id", "batch_id", "status" if by_status else "cost")
    is_usual = wanted.credits == HOME_PRICE and wanted.sender and wanted.tag
    if wanted.credits is None or is_usual or (by_status and (wanted.sender or wanted.tag)):
        return _OF_OUTBOUND
    return ("cost", "tag" if wanted.tag else "sender" if wanted.sender else "status")


# As the index outbox_without_message has it, word for word: else it could not be used.
_WITHOUT_MESSAGE = (
    "batch_id IS NULL AND (state <> 'accepted' OR schedule_status IN ('SCHEDULED', 'CANCELLED', 'MISSING'))"
)


def of_calls(wanted: RecordFilter) -> str:
    is_state = wanted.status in set(OutboxState)
    chosen = _joined(
        {
            "state = :status": is_state,
            "schedule_status = :status": wanted.status and not is_state,
            "said_by = :sender": wanted.sender,
            "said_tag = :tag": wanted.tag,
            f"state = 'refused' AND error_code <> '{FORGOTTEN}'": wanted.credits is not None,
            "created_at >= :since": wanted.since,
            "created_at < :until": wanted.until,
        }
    )
    return f"{_WITHOUT_MESSAGE} AND {chosen}"


def may_hold(db: Database, wanted: RecordFilter) -> bool:
    """False if nothing can match: both ways, a mark of Textdesk's own, a batch with another sender ID or tag.

    Of batches the sums by day are asked, which leave out the tags that we give them.
    """
    is_in = wanted.direction is Direction.IN or wanted.status == MessageStatus.INCOMING
    is_own_mark = wanted.metadata is not None and wanted.metadata[0].lower().startswith(RESERVED_KEYS)
    if is_own_mark or (is_in and wanted.is_outbound):
        return False
    tag = "" if wanted.tag.lower().startswith(OWN_TAG) else wanted.tag
    if wanted.batch_id is None or not (wanted.sender or tag):
        return True
    found = row(
        db,
        "SELECT 1 FROM daily_texts WHERE batch_id > 0 AND batch_id = :batch_id "
        "AND (:sender = '' OR sender = :sender) AND (:tag = '' OR tag = :tag) LIMIT 1",
        {"batch_id": wanted.batch_id, "sender": wanted.sender, "tag": tag},
    )
    return found is not None


def _joined(conditions: dict[str, object]) -> str:
    return " AND ".join(["1 = 1", *(words for words, is_wanted in conditions.items() if is_wanted)])


def values(wanted: RecordFilter) -> dict[str, Any]:
    return {
        **{"status": wanted.status, "sender": wanted.sender, "tag": wanted.tag, "keyword": wanted.keyword},
        **{"batch_id": wanted.batch_id, "provider_batch_id": wanted.provider_batch_id},
        "cost": None if wanted.credits is None else _thousandths(wanted.credits),
        **dict(zip(("key", "value"), wanted.metadata or (None, None), strict=True)),
        "part": wanted.number_part,
        "since": time_text(wanted.since) if wanted.since else None,
        "until": time_text(wanted.until) if wanted.until else None,
    }


def _thousandths(credits: Decimal) -> int:
    """-1, which nothing costs, for what is no whole number of them."""
    thousandths = credits * 1000
    return int(thousandths) if thousandths == thousandths.to_integral_value() else -1

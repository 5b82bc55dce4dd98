"""From a message as the provider described it to the form in which the record keeps it."""

from datetime import datetime

from webapp.smsworks.models import Message
from webapp.store.messages import MessageReport


def to_report(found: Message, *, now: datetime, fallback: MessageReport | None = None) -> MessageReport:
    """The record's form of a provider message; what the reply left out is taken from what is known."""
    failure = found.failure
    return MessageReport(
        message_id=found.message_id,
        status=found.status,
        sender=found.sender or (fallback.sender if fallback else ""),
        destination=found.destination or (fallback.destination if fallback else ""),
        content=found.content or (fallback.content if fallback else ""),
        created_at=found.created_at or (fallback.created_at if fallback else now),
        modified_at=found.modified_at,
        batch_id=found.batch_id,
        tag=found.tag,
        keyword=found.keyword,
        failure_code=failure.code if failure else None,
        failure_details=failure.details if failure else None,
        failure_permanent=failure.permanent if failure else None,
        credits=found.credits,
        raw=found.raw,
        metadata=found.metadata,
    )

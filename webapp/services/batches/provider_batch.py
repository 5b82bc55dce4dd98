"""A batch as the provider has it, ours or not."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from webapp.messaging.status import StatusMeaning, describe_status
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import Message


@dataclass(frozen=True, slots=True)
class ProviderText:
    """One text of it; `destination` is digits with country code."""

    destination: str
    content: str
    meaning: StatusMeaning
    created_at: datetime | None
    credits: Decimal | None


@dataclass(frozen=True, slots=True)
class ProviderBatch:
    """`counts` are texts by what became of them, in words."""

    batch_id: str
    sender: str
    texts: tuple[ProviderText, ...]
    counts: Counter[str]


def look_up(client: SmsWorks, batch_id: str) -> ProviderBatch:
    """Raises NotFound and every other SmsWorksError."""
    found = client.get_batch(batch_id=batch_id)
    texts = tuple(map(_text, found))
    counts = Counter(text.meaning.word for text in texts)
    return ProviderBatch(batch_id, found[0].sender if found else "", texts, counts)


def _text(message: Message) -> ProviderText:
    failure = message.failure
    meaning = describe_status(
        message.status,
        permanent=failure.permanent if failure else None,
        failure_details=failure.details if failure else None,
    )
    return ProviderText(message.destination, message.content, meaning, message.created_at, message.credits)

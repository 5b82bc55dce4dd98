"""What a look for a lost text can show."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from webapp.smsworks.models import Message, ScheduledItem

# The provider's clock and ours may differ by this much before a search by time misses the text.
CLOCK_TOLERANCE = timedelta(minutes=10)


class Finding(StrEnum):
    FOUND = "found"
    ABSENT = "absent"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look showed: a message, a scheduled item or a batch if found, the `reason` of a doubt."""

    finding: Finding
    message: Message | None = None
    scheduled: ScheduledItem | None = None
    batch_id: str | None = None
    reason: str = ""

    @property
    def provider_id(self) -> str:
        """The provider's id of what was found."""
        if self.message is not None:
            return self.message.message_id
        return self.scheduled.item_id if self.scheduled else self.batch_id or ""


def once_each(found: tuple[Message, ...]) -> list[Message]:
    """A list may repeat its rows."""
    return list({message.message_id: message for message in found}.values())

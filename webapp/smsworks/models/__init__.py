"""What goes to the provider and what comes back, as frozen values: parsed once, never bare dictionaries."""

from webapp.smsworks.models.outbound import (
    MOST_FOUND,
    MessageQuery,
    OutboundBatch,
    OutboundMessage,
    PersonalText,
)
from webapp.smsworks.models.receipts import BatchReceipt, Removal, ScheduleReceipt, SendReceipt
from webapp.smsworks.models.received import FailureReason, Message, Price, ScheduledItem

__all__ = [
    "MOST_FOUND",
    "BatchReceipt",
    "FailureReason",
    "Message",
    "MessageQuery",
    "OutboundBatch",
    "OutboundMessage",
    "PersonalText",
    "Price",
    "Removal",
    "ScheduleReceipt",
    "ScheduledItem",
    "SendReceipt",
]

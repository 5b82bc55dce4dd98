"""Every call of The SMS Works API that Textdesk makes, and what a repeat would cost (docs/provider.md)."""

from dataclasses import dataclass
from enum import StrEnum


class OperationKind(StrEnum):
    """What a call does at the provider, which decides what a lost reply means."""

    READ = "read"
    """Changes nothing: repeated when it fails."""
    CONSUME = "consume"
    """Marks what it returns as read: never repeated by itself."""
    SEND = "send"
    """Buys texts: never repeated by itself."""
    CHANGE = "change"
    """Deletes, cancels or issues something: never repeated by itself, since a repeat would be refused."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `path` starts at the base address; `{id}` in it stands for one URL-encoded id.

    `tries` counts every attempt, the first one too.
    """

    name: str
    method: str
    path: str
    kind: OperationKind
    tries: int = 1
    needs_token: bool = True

    @property
    def takes_id(self) -> bool:
        return "{id}" in self.path


def _read(name: str, method: str, path: str) -> Operation:
    return Operation(name, method, path, OperationKind.READ, tries=3)


def _send(name: str, path: str) -> Operation:
    return Operation(name, "POST", path, OperationKind.SEND)


def _remove(name: str, path: str) -> Operation:
    return Operation(name, "DELETE", path, OperationKind.CHANGE)


SEND_MESSAGE = _send("send_message", "/message/send")
SEND_FLASH = _send("send_flash", "/message/flash")
SCHEDULE_MESSAGE = _send("schedule_message", "/message/schedule")
SEND_BATCH = _send("send_batch", "/batch/send")
SEND_COLLECTION = _send("send_collection", "/batch/any")
SCHEDULE_BATCH = _send("schedule_batch", "/batch/schedule")

SEARCH_MESSAGES = _read("search_messages", "POST", "/messages")
FETCH_UNREAD = Operation("fetch_unread", "POST", "/messages/inbox", OperationKind.CONSUME)
LIST_FAILED = _read("list_failed", "POST", "/messages/failed")
LIST_SCHEDULED = _read("list_scheduled", "GET", "/messages/schedule")
GET_MESSAGE = _read("get_message", "GET", "/messages/{id}")
GET_BATCH = _read("get_batch", "GET", "/batch/{id}")
GET_SENT_TODAY = _read("get_sent_today", "GET", "/messages/volume")

DELETE_MESSAGE = _remove("delete_message", "/messages/{id}")
CANCEL_SCHEDULED_MESSAGE = _remove("cancel_scheduled_message", "/messages/schedule/{id}")
CANCEL_SCHEDULED_BATCH = _remove("cancel_scheduled_batch", "/batches/schedule/{id}")

GET_CREDITS = _read("get_credits", "GET", "/credits/balance")
GET_PRICE = _read("get_price", "GET", "/credits/{id}")
GET_CUSTOMER_ID = _read("get_customer_id", "GET", "/utils/test")
GET_ERROR_SAMPLE = _read("get_error_sample", "GET", "/utils/errors/{id}")
ISSUE_TOKEN = Operation("issue_token", "POST", "/auth/token", OperationKind.CHANGE, needs_token=False)

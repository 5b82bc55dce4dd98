"""The SMS Works, one method an operation. What the wire looks like is in docs/provider.md.

Every method raises SmsWorksError. Look-ups are tried up to three times and raise Unreachable, RateLimited,
ProviderFault or BadReply if that does not help; all others are tried once. What each says no with is named in
its docstring; BadCredentials may come from any of them, and OutcomeUnknown from any that is no look-up.

`begin_by` of the calls that send: after that time nothing is sent any more, and the call is Unreachable.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from webapp.smsworks import operations, wire
from webapp.smsworks.credentials import authorization_header
from webapp.smsworks.errors import BadCredentials, InvalidRequest, NotFound, SmsWorksError
from webapp.smsworks.models import (
    BatchReceipt,
    Message,
    MessageQuery,
    OutboundBatch,
    OutboundMessage,
    PersonalText,
    Price,
    Removal,
    ScheduledItem,
    ScheduleReceipt,
    SendReceipt,
)
from webapp.smsworks.models.received import read_message, read_messages, read_scheduled, required_credits
from webapp.smsworks.operations import Operation
from webapp.smsworks.replies import described_error
from webapp.smsworks.transport import Transport

MOST_RECIPIENTS = 5000

_EVERYTHING = MessageQuery()


class SmsWorks:
    """The provider's API for one account; safe to share between threads."""

    def __init__(self, *, transport: Transport) -> None:
        self._transport = transport

    def with_token(self, token: str) -> "SmsWorks":
        """The same API for whoever that token belongs to, so that it can be tested before it is used."""
        return SmsWorks(transport=self._transport.with_token(token))

    def send_message(self, *, message: OutboundMessage, begin_by: datetime | None = None) -> SendReceipt:
        """POST /message/send: text one recipient now. Costs credits by segment and country.

        Raises InvalidRequest, NotEnoughCredits, Unreachable and RateLimited (nothing was sent) and
        OutcomeUnknown (it may have been: look it up before anything else).
        """
        return self._send_now(operations.SEND_MESSAGE, message, begin_by)

    def send_flash(self, *, message: OutboundMessage, begin_by: datetime | None = None) -> SendReceipt:
        """POST /message/flash: as send_message, but shown on the lock screen and not kept by the phone."""
        return self._send_now(operations.SEND_FLASH, message, begin_by)

    def schedule_message(
        self, *, message: OutboundMessage, begin_by: datetime | None = None
    ) -> ScheduleReceipt:
        """POST /message/schedule: text one recipient at `scheduled_at`, which it must have.

        Costs credits when it is sent. Raises as send_message.
        """
        _require_schedule(operations.SCHEDULE_MESSAGE, message)
        return self._transport.call(
            operations.SCHEDULE_MESSAGE,
            body=message.to_wire(),
            read=ScheduleReceipt.from_wire,
            begin_by=begin_by,
        )

    def send_batch(self, *, batch: OutboundBatch, begin_by: datetime | None = None) -> BatchReceipt:
        """POST /batch/send: one text to 1 to 5,000 recipients now. Costs credits for each.

        Raises as send_message.
        """
        _refuse_schedule(operations.SEND_BATCH, batch)
        return self._send_batch(operations.SEND_BATCH, batch, begin_by)

    def schedule_batch(self, *, batch: OutboundBatch, begin_by: datetime | None = None) -> BatchReceipt:
        """POST /batch/schedule: as send_batch, at `scheduled_at`, which it must have."""
        _require_schedule(operations.SCHEDULE_BATCH, batch)
        return self._send_batch(operations.SCHEDULE_BATCH, batch, begin_by)

    def send_collection(
        self, *, messages: Sequence[OutboundMessage | PersonalText], begin_by: datetime | None = None
    ) -> BatchReceipt:
        """POST /batch/any: 1 to 5,000 different texts now. Costs credits for each.

        Raises as send_message; `fields` of InvalidRequest begin with the position in the list, from 0.
        """
        operation = operations.SEND_COLLECTION
        _check_size(operation, "messages", len(messages))
        for message in messages:
            _refuse_schedule(operation, message)
        body = [message.to_wire() for message in messages]
        return self._transport.call(operation, body=body, read=BatchReceipt.from_wire, begin_by=begin_by)

    def search_messages(self, *, query: MessageQuery = _EVERYTHING) -> tuple[Message, ...]:
        """POST /messages: up to 1,000 messages of the log, both ways. Free. Raises InvalidRequest."""
        return self._search(operations.SEARCH_MESSAGES, query)

    def fetch_unread(self, *, query: MessageQuery = _EVERYTHING) -> tuple[Message, ...]:
        """POST /messages/inbox: unread inbound messages. **Consumes them**: what it returns counts as read.

        Store the result before anything else, and call again until it is empty, never with `skip`. Tried
        once. After OutcomeUnknown some may be consumed unseen: search_messages with status INCOMING has them.
        Raises InvalidRequest.
        """
        if query.skip:
            _refuse(operations.FETCH_UNREAD, "skip", "fetching consumes, so that skipping would lose replies")
        return self._search(operations.FETCH_UNREAD, query)

    def list_failed(self, *, query: MessageQuery = _EVERYTHING) -> tuple[Message, ...]:
        """POST /messages/failed: up to 1,000 messages that failed. Free. Raises InvalidRequest."""
        return self._search(operations.LIST_FAILED, query)

    def list_scheduled(self) -> tuple[ScheduledItem, ...]:
        """GET /messages/schedule: what was scheduled in the last three months or is still to come. Free."""
        return self._transport.call(operations.LIST_SCHEDULED, read=read_scheduled)

    def get_message(self, *, message_id: str) -> Message:
        """GET /messages/{id}: one message of the log. Free. Raises NotFound."""
        return self._transport.call(operations.GET_MESSAGE, item_id=message_id, read=read_message)

    def get_batch(self, *, batch_id: str) -> tuple[Message, ...]:
        """GET /batch/{id}: every message of a batch or collection. Free. Raises NotFound."""
        return self._transport.call(operations.GET_BATCH, item_id=batch_id, read=read_messages)

    def delete_message(self, *, message_id: str) -> Removal:
        """DELETE /messages/{id}: remove a record from the log. Recalls nothing and refunds nothing.

        Raises NotFound, or Refused where the provider says 400 to an id it does not know.
        """
        return self._remove(operations.DELETE_MESSAGE, message_id)

    def cancel_scheduled_message(self, *, message_id: str) -> Removal:
        """DELETE /messages/schedule/{id}: keep a scheduled text from being sent, and so from being charged.

        Raises NotFound, or Refused if it is too late. On OutcomeUnknown list_scheduled tells what is true.
        """
        return self._remove(operations.CANCEL_SCHEDULED_MESSAGE, message_id)

    def cancel_scheduled_batch(self, *, batch_id: str) -> Removal:
        """DELETE /batches/schedule/{id}: as cancel_scheduled_message, for a whole batch."""
        return self._remove(operations.CANCEL_SCHEDULED_BATCH, batch_id)

    def get_credits(self) -> Decimal:
        """GET /credits/balance: the credits left, with fractions. Free."""
        return self._transport.call(operations.GET_CREDITS, read=required_credits)

    def get_price(self, *, country: str) -> Price:
        """GET /credits/{country}: credits for one segment to a country ("IE"). Free. Raises NotFound."""
        if len(country) != 2 or not (country.isascii() and country.isalpha()):
            raise NotFound(operation=operations.GET_PRICE.name)
        return self._transport.call(operations.GET_PRICE, item_id=country.upper(), read=Price.from_wire)

    def get_sent_today(self) -> int:
        """GET /messages/volume: how many messages were sent since midnight. Free."""
        return self._transport.call(operations.GET_SENT_TODAY, read=_volume)

    def get_customer_id(self) -> str:
        """GET /utils/test: the account's id; the test of whether a token works. Free."""
        return self._transport.call(operations.GET_CUSTOMER_ID, read=_customer_id)

    def get_error_sample(self, *, code: str) -> SmsWorksError:
        """GET /utils/errors/{code}: the error with that code, returned and not raised. Free."""
        operation = operations.GET_ERROR_SAMPLE
        try:
            return self._transport.call(
                operation, item_id=code, read=lambda document: described_error(operation, document)
            )
        except SmsWorksError as error:
            if error.provider_code is None:
                raise
            return error

    def issue_token(self, *, key: str, secret: str, customer_id: str | None = None) -> str:
        """POST /auth/token: a new token, "JWT ...", for a key and secret. **The old token stops working.**

        Raises BadCredentials for a wrong key or secret.
        """
        body = {"key": key, "secret": secret} | ({"customerid": customer_id} if customer_id else {})
        return self._transport.call(operations.ISSUE_TOKEN, body=body, read=_token)

    def _send_now(
        self, operation: Operation, message: OutboundMessage, begin_by: datetime | None
    ) -> SendReceipt:
        _refuse_schedule(operation, message)
        return self._transport.call(
            operation, body=message.to_wire(), read=SendReceipt.from_wire, begin_by=begin_by
        )

    def _send_batch(
        self, operation: Operation, batch: OutboundBatch, begin_by: datetime | None
    ) -> BatchReceipt:
        _check_size(operation, "destinations", len(batch.destinations))
        return self._transport.call(
            operation, body=batch.to_wire(), read=BatchReceipt.from_wire, begin_by=begin_by
        )

    def _search(self, operation: Operation, query: MessageQuery) -> tuple[Message, ...]:
        return self._transport.call(operation, body=query.to_wire(), read=read_messages)

    def _remove(self, operation: Operation, item_id: str) -> Removal:
        return self._transport.call(operation, item_id=item_id, read=Removal.from_wire)


def _refuse(operation: Operation, field: str, problem: str) -> None:
    fields = {field: (problem,)}
    raise InvalidRequest(operation=operation.name, kind=operation.kind, fields=fields, said=problem)


def _refuse_schedule(operation: Operation, outbound: OutboundMessage | PersonalText | OutboundBatch) -> None:
    """The provider ignores the time in a call that sends now, and a text meant for later would go at once."""
    if outbound.scheduled_at is not None:
        _refuse(operation, "schedule", "this call sends at once, but the text has a time")


def _require_schedule(operation: Operation, outbound: OutboundMessage | OutboundBatch) -> None:
    if outbound.scheduled_at is None:
        _refuse(operation, "schedule", "the time to send it at is missing")


def _check_size(operation: Operation, field: str, size: int) -> None:
    if not 1 <= size <= MOST_RECIPIENTS:
        _refuse(operation, field, f"one call takes 1 to {MOST_RECIPIENTS} recipients, not {size}")


def _volume(document: Any) -> int:
    volume = wire.whole_number(wire.record(document).get("volume"))
    if volume is None:
        raise wire.Unreadable("the reply holds no volume")
    return volume


def _customer_id(document: Any) -> str:
    customer_id = wire.identity(wire.record(document), "message")
    if not customer_id:
        raise wire.Unreadable("the reply holds no customer id")
    return customer_id


def _token(document: Any) -> str:
    token = wire.identity(wire.record(document), "token")
    if not token:
        raise wire.Unreadable("the reply holds no token")
    try:
        return authorization_header(token)
    except BadCredentials as error:
        raise wire.Unreadable("what the reply holds is no token") from error

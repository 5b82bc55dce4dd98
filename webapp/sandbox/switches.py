"""What the stand-in provider does where the real wire is unknown or varies. See docs/sandbox.md."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class DestinationForm(StrEnum):
    NUMBER = "number"
    STRING = "string"


class MetadataForm(StrEnum):
    ARRAY = "array"
    MAP = "map"
    ABSENT = "absent"


class DateForm(StrEnum):
    ISO = "iso"
    JAVASCRIPT = "javascript"
    EPOCH = "epoch"


class AbsentForm(StrEnum):
    EMPTY = "empty"
    NULL = "null"
    OMITTED = "omitted"


class ReplyShape(StrEnum):
    ARRAY = "array"
    OBJECT = "object"


class PageOrder(StrEnum):
    NEWEST_FIRST = "newest_first"
    OLDEST_FIRST = "oldest_first"
    RANDOM = "random"
    SCRAMBLED = "scrambled"


class PeriodField(StrEnum):
    CREATED = "created"
    MODIFIED = "modified"


class InboxMarking(StrEnum):
    AFTER_ANSWER = "after_answer"
    WITH_ANSWER = "with_answer"
    NEVER = "never"


class PastSchedule(StrEnum):
    REFUSED = "refused"
    SENT_AT_ONCE = "sent_at_once"


class Duplicates(StrEnum):
    SENT_TWICE = "sent_twice"
    SENT_ONCE = "sent_once"
    REFUSED = "refused"


class AuthFailureBody(StrEnum):
    JSON = "json"
    TEXT = "text"


class BatchIdKey(StrEnum):
    MESSAGEID = "messageid"
    BATCHID = "batchid"


class InboundNames(StrEnum):
    DOCUMENTED = "documented"
    ALTERNATIVE = "alternative"


class SwitchRefused(ValueError):
    """A switch that does not exist, or a value it cannot take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One value for each thing the published description leaves open; the defaults are the likeliest."""

    # How replies look
    wrapped_lists: bool = False
    schedule_reply: ReplyShape = ReplyShape.ARRAY
    scheduled_list: ReplyShape = ReplyShape.ARRAY
    scheduled_message_nested: bool = False
    destination_form: DestinationForm = DestinationForm.NUMBER
    metadata_form: MetadataForm = MetadataForm.ARRAY
    date_form: DateForm = DateForm.ISO
    absent_fields: AbsentForm = AbsentForm.EMPTY
    message_credits: bool = False
    bare_token: bool = False
    batch_status: str = "SCHEDULED"
    cancelled_batch_key: BatchIdKey = BatchIdKey.MESSAGEID
    auth_failure_status: int = 401
    auth_failure_body: AuthFailureBody = AuthFailureBody.JSON
    unknown_get_status: int = 404
    unknown_delete_status: int = 400
    not_scheduled_status: int = 400
    error_sample_status: int = 400

    # What the log shows, and when
    page_order: PageOrder = PageOrder.NEWEST_FIRST
    repeated_rows: int = 0
    log_lag_seconds: float = 0.0
    period_field: PeriodField = PeriodField.CREATED
    period_inclusive: bool = True
    inbox_marking: InboxMarking = InboxMarking.AFTER_ANSWER
    processed_keeps_id: bool = True

    # What is accepted
    past_schedule: PastSchedule = PastSchedule.REFUSED
    duplicates: Duplicates = Duplicates.SENT_TWICE
    other_number_forms: bool = True
    wrapped_collection: bool = False

    # Delivery and webhooks
    pace: float = 1.0
    delivery_report_url: str = ""
    inbound_url: str = ""
    reports_in_array: bool = False
    reports_repeated: int = 1
    inbound_names: InboundNames = InboundNames.DOCUMENTED

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The same switches with some changed, as they come in JSON. Raises SwitchRefused."""
        known = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        unknown = sorted(set(changes) - set(known))
        if unknown:
            raise SwitchRefused(f"There is no switch {', '.join(unknown)}. There are: {', '.join(known)}.")
        values = {name: _read_value(name, value, type(known[name])) for name, value in changes.items()}
        return dataclasses.replace(self, **values)


def _read_value(name: str, value: Any, kind: type) -> Any:
    if issubclass(kind, StrEnum):
        if value not in list(kind):
            raise SwitchRefused(f"{name} takes one of: {', '.join(kind)}.")
        return kind(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise SwitchRefused(f"{name} takes a {kind.__name__}.")
    if isinstance(value, int | float) and value < 0:
        raise SwitchRefused(f"{name} cannot be negative.")
    return value

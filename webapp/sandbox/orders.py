"""What a call asks for, read and validated: texts to send, items to schedule, searches."""

import re
from dataclasses import dataclass, replace

from webapp.messaging.status import MessageStatus

from .prices import price_to
from .refusals import Problem, invalid, require_valid
from .switches import Duplicates, Switches
from .validation import Fields, Pairs

MOST_TEXTS_A_CALL = 5000
MOST_ROWS_A_PAGE = 1000
LONGEST_CONTENT = 1280
LONGEST_TAG = 280
LONGEST_VALIDITY_MINUTES = 2880

SENDER = re.compile(r"[A-Za-z0-9]{1,11}|[0-9]{1,15}", re.ASCII)
DESTINATION = re.compile(r"[1-9][0-9]{7,14}", re.ASCII)
OTHER_FORM = re.compile(r"\+|00|0(?=[1-9])", re.ASCII)
UK_NUMBER = re.compile(r"44[0-9]{10}", re.ASCII)
URL = re.compile(r"https?://[^\s/]+(?:/\S*)?")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOrder:
    """One text to one recipient. scheduled_at: milliseconds, None for now."""

    sender: str
    destination: str
    content: str
    tag: str = ""
    delivery_report_url: str = ""
    metadata: Pairs = ()
    scheduled_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOrder:
    """What POST /messages and its kin look for. after, before: milliseconds."""

    status: str
    credits: float | None
    destination: str
    sender: str
    keyword: str
    after: int | None
    before: int | None
    limit: int
    skip: int
    unread: bool | None
    metadata: Pairs


def plain_number(typed: str) -> str:
    """+44, 0044 and 07 forms as 44 digits; anything else as it is."""
    prefix = OTHER_FORM.match(typed)
    if prefix is None:
        return typed
    rest = typed[prefix.end() :]
    return f"44{rest}" if prefix.group() == "0" else rest


def read_message(body: object, route: str, switches: Switches, *, scheduled: bool = False) -> TextOrder:
    """Raises the Refusal of a validation error."""
    problems: list[Problem] = []
    order = _read_text(Fields(body, problems), switches, scheduled=scheduled)
    require_valid("smsMessage", route, problems)
    return order


def read_collection(body: object, route: str, switches: Switches) -> list[TextOrder]:
    """The bare array of /batch/any. Raises the Refusal of a validation error."""
    problems: list[Problem] = []
    rows = body
    if switches.wrapped_collection and isinstance(body, dict):
        rows = body.get("messages")
    if not isinstance(rows, list):
        raise invalid("messages", route, [Problem("INVALID_TYPE", "Expected type array", ())])
    if not 1 <= len(rows) <= MOST_TEXTS_A_CALL:
        code = "ARRAY_LENGTH_LONG" if rows else "ARRAY_LENGTH_SHORT"
        length = Problem(code, f"1 to {MOST_TEXTS_A_CALL} messages, not {len(rows)}", ())
        raise invalid("messages", route, [length])
    orders = [_read_text(Fields(row, problems, (str(at),)), switches) for at, row in enumerate(rows)]
    require_valid("messages", route, problems)
    return _without_duplicates(orders, "messages", route, switches)


def read_batch(body: object, route: str, switches: Switches, *, scheduled: bool = False) -> list[TextOrder]:
    """One content to many. Raises the Refusal of a validation error."""
    problems: list[Problem] = []
    fields = Fields(body, problems)
    shared = _read_shared(fields, scheduled=scheduled)
    orders = [
        replace(shared, destination=_read_number(fields, typed, switches, "destinations", str(at)))
        for at, typed in enumerate(fields.texts("destinations", required=True, most=MOST_TEXTS_A_CALL))
    ]
    require_valid("smsMessage", route, problems)
    return _without_duplicates(orders, "smsMessage", route, switches)


def read_search(body: object, route: str) -> SearchOrder:
    """Raises the Refusal of a validation error."""
    problems: list[Problem] = []
    fields = Fields(body, problems)
    order = SearchOrder(
        status=fields.text("status"),
        credits=fields.number("credits"),
        destination=plain_number(fields.text("destination")),
        sender=fields.text("sender"),
        keyword=fields.text("keyword"),
        after=fields.date("from"),
        before=fields.date("to"),
        limit=fields.whole("limit", lowest=1, highest=MOST_ROWS_A_PAGE) or MOST_ROWS_A_PAGE,
        skip=fields.whole("skip", lowest=0) or 0,
        unread=fields.flag("unread"),
        metadata=fields.pairs("metadata"),
    )
    if order.unread is not None and order.status != MessageStatus.INCOMING:
        fields.problem("INVALID_COMBINATION", "Only with status INCOMING", "unread")
    require_valid("query", route, problems)
    return order


def _read_text(fields: Fields, switches: Switches, *, scheduled: bool = False) -> TextOrder:
    shared = _read_shared(fields, scheduled=scheduled)
    typed = fields.text("destination", required=True)
    for at, address in enumerate(fields.texts("responseemail")):
        if not EMAIL.fullmatch(address):
            fields.problem("INVALID_FORMAT", "Not an e-mail address", "responseemail", str(at))
    return replace(
        shared,
        destination=_read_number(fields, typed, switches, "destination") if typed else "",
        metadata=fields.pairs("metadata"),
    )


def _read_shared(fields: Fields, *, scheduled: bool) -> TextOrder:
    """What messages and batches have in common; only the schedule calls look at `schedule`."""
    fields.whole("validity", lowest=1, highest=LONGEST_VALIDITY_MINUTES)
    fields.whole("ttl", lowest=1)
    fields.flag("ai")
    return TextOrder(
        sender=fields.matching("sender", SENDER, required=True),
        destination="",
        content=fields.text("content", required=True, longest=LONGEST_CONTENT),
        tag=fields.text("tag", longest=LONGEST_TAG),
        delivery_report_url=fields.matching("deliveryreporturl", URL),
        scheduled_at=fields.date("schedule", required=True) if scheduled else None,
    )


def _read_number(fields: Fields, typed: str, switches: Switches, *names: str) -> str:
    number = plain_number(typed) if switches.other_number_forms else typed
    right_length = UK_NUMBER.fullmatch(number) if number.startswith("44") else DESTINATION.fullmatch(number)
    if not right_length or price_to(number) is None:
        fields.problem("PATTERN", f"Not a number that texts can be sent to: {typed[:30]}", *names)
    return number


def _without_duplicates(
    orders: list[TextOrder], parameter: str, route: str, switches: Switches
) -> list[TextOrder]:
    unique = list({order.destination: order for order in reversed(orders)}.values())[::-1]
    if switches.duplicates is Duplicates.SENT_TWICE or len(unique) == len(orders):
        return orders
    if switches.duplicates is Duplicates.SENT_ONCE:
        return unique
    raise invalid(parameter, route, [Problem("ARRAY_UNIQUE", "A destination comes more than once", ())])

"""From a list of the record to the same question for the provider, as far as that can be asked it."""

from typing import Any

from webapp.messages.forms_search import OF_MESSAGES, FilterForm, SearchForm
from webapp.messaging.numbers import NumberRefused, parse_number
from webapp.messaging.status import MessageStatus, describe_status
from webapp.store.calls import OutboxState
from webapp.store.record_conditions import Direction, Group
from webapp.web.context import settings

# What only this record knows, or only we call so.
_OURS = {*OutboxState, *Group}


def criteria_of(filters: FilterForm, search: SearchForm | None) -> dict[str, Any]:
    """By the names of ProviderForm's fields. Tags, batches, words and parts of numbers are left out."""
    address = filters.arguments()
    is_received = filters.direction.data == Direction.IN
    status = MessageStatus.INCOMING.value if is_received else filters.status.data or ""
    number = _whole_number(search)
    at_their_end = "sender" if status == MessageStatus.INCOMING else "destination"
    given = {
        "status": "" if status in _OURS else _word_of(status),
        **{name: address.get(name) for name in ("sender", "keyword", "credits", "since", "until")},
        **({at_their_end: number} if number else {}),
        "metadata": search.metadata.data if search and search.pair()[1] is not None else "",
    }
    return {name: value for name, value in given.items() if value not in (None, "")}


def _word_of(status: str) -> str:
    return describe_status(status).word if status in OF_MESSAGES else status


def _whole_number(search: SearchForm | None) -> str:
    if search is None or not search.number_part():
        return ""
    try:
        return parse_number(search.q.data or "", country=settings().country)
    except NumberRefused:
        return ""

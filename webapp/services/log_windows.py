"""Reading the provider's log between two moments, however much it holds.

Lists come in no promised order, and a page may repeat or skip what another one held. So a window is narrowed
until it fits into one reply; only a second that holds more than that is paged through.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from webapp.services.findings import once_each
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import MOST_FOUND, Message, MessageQuery

# A window's bounds may count or not.
MARGIN = timedelta(seconds=1)
NARROWEST = timedelta(seconds=1)
NARROWER = 8
MOST_PAGES = 100


def read_window(
    client: SmsWorks, at: datetime, end: datetime, *, status: str | None = None
) -> tuple[list[Message], datetime]:
    """Everything of the log since `at`, each once, up to the time that is returned beside it.

    That is `end`, or earlier where there was too much. Raises SmsWorksError.
    """
    while True:
        found = _search(client, at, end, status)
        if len(found) < MOST_FOUND:
            return once_each(found), end
        if end - at <= NARROWEST:
            return once_each((*found, *_further_pages(client, at, end, status))), end
        end = at + max((end - at) / NARROWER, NARROWEST)


def _further_pages(client: SmsWorks, at: datetime, end: datetime, status: str | None) -> Iterator[Message]:
    """Searching consumes nothing, so a second of more than a thousand texts may be paged through."""
    for page in range(1, MOST_PAGES):
        found = _search(client, at, end, status, skip=page * MOST_FOUND)
        yield from found
        if len(found) < MOST_FOUND:
            return


def _search(
    client: SmsWorks, at: datetime, end: datetime, status: str | None, *, skip: int | None = None
) -> tuple[Message, ...]:
    query = MessageQuery(
        status=status, created_from=at - MARGIN, created_to=end + MARGIN, limit=MOST_FOUND, skip=skip
    )
    return client.search_messages(query=query)

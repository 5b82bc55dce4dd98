"""What failed, in words: why, whether for good, what it cost, what to do; and sending it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from webapp.messaging.charges import is_at_home
from webapp.messaging.status import StatusMeaning, describe_outbox_state, describe_status
from webapp.services.sync_log import store_found
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import MOST_FOUND, MessageQuery
from webapp.store import failures
from webapp.store.failure_counts import FailureCount
from webapp.store.failures import REFUSED, Failure, FailureFilter, Permanence
from webapp.store.outcomes_of_number import went_since

LASTS = {
    Permanence.TEMPORARY: "Temporary",
    Permanence.PERMANENT: "Permanent",
    Permanence.NOT_SAID: "Not said",
}
MOST_PAGES = 20

_REFUSALS = {
    "gave_up": ("The provider could not be reached in time", "Send it again."),
    "not_enough_credits": ("Not enough credits", "Buy credits, then send it again."),
    "402": ("Not enough credits", "Buy credits, then send it again."),
    "bad_credentials": ("The API token was not accepted", "Have the token put right, then send it again."),
    "no_token": ("Textdesk was not connected to the provider", "Have it connected, then send it again."),
    "401": ("The API token was not accepted", "Have the token put right, then send it again."),
    "invalid_request": ("Something in it is not accepted", "Read why on its page, change that, send again."),
}


class Reason(NamedTuple):
    """A reason as a heading: `words`, for how long (`lasts`), what it cost, and what to do."""

    words: str
    lasts: str
    money: str
    advice: str


class Group(NamedTuple):
    """All that failed for one reason; `key` is how it stands in an address."""

    key: str
    texts: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """Of the failed texts that somebody chose: those to send again, and why the others are left out."""

    again: tuple[Failure, ...]
    opted_out: int
    went_since: int
    of_batches: int
    repeated: int
    erased: int


def group_by_reason(db: Database, wanted: FailureFilter, counted: Sequence[FailureCount]) -> list[Group]:
    """The most frequent reason first; each in the words of the latest that failed for it."""
    by_reason: dict[tuple[str, str], int] = {}
    for count in counted:
        key = (count.status, count.code)
        by_reason[key] = by_reason.get(key, 0) + count.texts
    groups = [_group(db, wanted, *reason, texts) for reason, texts in by_reason.items()]
    return sorted(groups, key=lambda group: -group.texts)


def _group(db: Database, wanted: FailureFilter, status: str, code: str, texts: int) -> Group:
    said = ("", None) if status == REFUSED else failures.latest_words(db, wanted, status, code)
    return Group(f"{status}.{code}", texts, explain(status, code, *said))


def permanence_of(permanent: bool | None) -> Permanence:
    if permanent is None:
        return Permanence.NOT_SAID
    return Permanence.PERMANENT if permanent else Permanence.TEMPORARY


def explain(status: str, code: str, details: str, permanent: bool | None) -> Reason:
    """A reason in words. `details` are the provider's own."""
    words = words_of(status, code, details)
    if status == REFUSED:
        return Reason(words, LASTS[Permanence.NOT_SAID], "Not charged", _refusal(code)[1])
    if status == "REJECTED":
        advice = "The same text to the same number is refused again unless the reason is gone."
        return Reason(words, LASTS[permanence_of(permanent)], "Not charged", advice)
    return Reason(words, LASTS[permanence_of(permanent)], "Given back for UK numbers", _advice(permanent))


def words_of(status: str, code: str, details: str) -> str:
    """Those of the reason alone."""
    if status == REFUSED:
        return _refusal(code)[0]
    return details.rstrip(". ") or describe_status(status).word


def _refusal(code: str) -> tuple[str, str]:
    return _REFUSALS.get(code, ("Not taken by the provider", "Read why on its page."))


def _advice(permanent: bool | None) -> str:
    if permanent is None:
        return "Send it once more; if it fails again, phone."
    if permanent:
        return "The number does not work: ask for another, or phone. Sending again will not help."
    return "The phone was off or out of reach: send it again later."


def describe_failure(failure: Failure) -> StatusMeaning:
    """The pill of one row."""
    if failure.status == REFUSED:
        return describe_outbox_state("refused")
    return describe_status(failure.status, permanent=failure.permanent)


def money_of(failure: Failure) -> str:
    """What became of the charge for one text."""
    if failure.status in (REFUSED, "REJECTED"):
        return "Not charged"
    return "Given back" if is_at_home(failure.destination) else "Charged"


def is_temporary(failure: Failure) -> bool:
    """Whether it may work later: then it is chosen to be sent again before anybody chooses."""
    if failure.erased_at is not None:
        return False
    return failure.permanent is False or (failure.status == REFUSED and failure.code == "gave_up")


def choose(db: Database, chosen: Sequence[Failure], *, opted_out: frozenset[str]) -> Choice:
    """Who of those gets the text again: nobody twice, nobody who got it meanwhile, nobody who opted out."""
    again: dict[tuple[str, str], Failure] = {}
    counts = {"opted_out": 0, "went_since": 0, "of_batches": 0, "repeated": 0, "erased": 0}
    for failure in sorted(chosen, key=lambda each: each.place.at):
        if why := _left_out(db, failure, opted_out, again):
            counts[why] += 1
        else:
            again[failure.destination, failure.content] = failure
    return Choice(tuple(again.values()), **counts)


def _left_out(
    db: Database,
    failure: Failure,
    opted_out: frozenset[str],
    again: dict[tuple[str, str], Failure],
) -> str | None:
    if failure.erased_at is not None:
        return "erased"
    if failure.status == REFUSED and failure.batch_ref is not None:
        return "of_batches"
    if failure.destination in opted_out:
        return "opted_out"
    if (failure.destination, failure.content) in again:
        return "repeated"
    since = went_since(db, failure.destination, failure.content, after=failure.place.at)
    return "went_since" if since else None


def fetch_failed(db: Database, client: SmsWorks, wanted: FailureFilter) -> tuple[int, bool]:
    """Ask the provider for what failed, and store it; how many, and whether that was all.

    Raises SmsWorksError; what had come until then is stored.
    """
    fetched = 0
    for page in range(MOST_PAGES):
        query = MessageQuery(
            created_from=wanted.since,
            created_to=min(wanted.until, datetime.now(UTC) + timedelta(days=1)),
            sender=wanted.sender or None,
            limit=MOST_FOUND,
            skip=page * MOST_FOUND or None,
        )
        found = client.list_failed(query=query)
        fetched += store_found(db, found)
        if len(found) < MOST_FOUND:
            return fetched, True
    return fetched, False

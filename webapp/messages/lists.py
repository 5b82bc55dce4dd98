"""Building the list of messages: filtered, searched, page by page; and what the provider found."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from operator import attrgetter

from flask import request

from webapp.messages.criteria import criteria_of
from webapp.messages.forms_search import FilterForm, LookupForm, ProviderForm, SearchForm, status_words
from webapp.messages.pages import ListedMessage, MessagesIndexPage, MessagesLookupPage
from webapp.messages.polls import version_now
from webapp.messaging.charges import is_given_back
from webapp.messaging.status import MessageStatus
from webapp.services.outcomes import Outcome, describe_entry, outcome_of
from webapp.services.search_provider import ProviderPage
from webapp.store import batch_choices, log_state, record, users
from webapp.store.batch_choices import BatchChoice
from webapp.store.calls import OutboxState
from webapp.store.messages import StoredMessage
from webapp.store.record import Place, RecordEntry, Source
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.batch_field import BATCHES_OFFERED
from webapp.web.context import database
from webapp.web.fragments import version_of
from webapp.web.pagination import read_place, write_place
from webapp.web.remembered import address, addresses, as_recorded

ROWS_A_PAGE = 50


def read_filter() -> FilterForm:
    """What the address asks for, checked; errors stand beside its fields."""
    form = FilterForm(request.args)
    statuses, batches = _offered()
    form.offer(statuses)
    form.batch.offer(batches, _batch(form.batch.data or ""))
    if request.args:
        form.validate()
    return form


@as_recorded(most=4)
def _offered() -> tuple[list[str], list[BatchChoice]]:
    """The statuses there are, and the latest batches: the same for all who filter."""
    batches = batch_choices.list_confirmed(database(), limit=BATCHES_OFFERED)
    return record.known_statuses(database()), batches


def _batch(asked_for: str) -> BatchChoice | None:
    """By our reference or the provider's id; it need not be among the latest."""
    if not asked_for:
        return None
    return batch_choices.find_choice(database(), asked_for) or batch_choices.find_by_provider_id(
        database(), asked_for
    )


@cache
def _no_search() -> SearchForm:
    """The same for everybody: the page puts the token into the form itself."""
    return SearchForm(formdata=None, meta={"csrf": False})


def build_index(form: FilterForm, search: SearchForm | None = None) -> MessagesIndexPage:
    """The list as the address describes it; with `search`, what was found by number, words or metadata."""
    now = version_now()  # before the rows are read, so that none is newer than it says
    before = _read_place((search.before.data or "") if search else request.args.get("before", ""))
    is_wrong = bool(form.errors) or bool(search and search.errors)
    wanted = form.wanted(search)
    found = [] if is_wrong else record.list_record(database(), wanted, limit=ROWS_A_PAGE + 1, before=before)
    shown = _listed(found[:ROWS_A_PAGE])
    older = _write_place(found[ROWS_A_PAGE - 1].place) if len(found) > ROWS_A_PAGE else None
    live = before is None and search is None
    version = now + version_of(list(map(_changes_of, shown))) if live else now
    arguments = form.arguments()
    return MessagesIndexPage(
        rows=shown,
        filter_form=form,
        search_form=search or _no_search(),
        is_search=search is not None,
        is_filtered=bool(arguments),
        newer_url=address("messages.index", **arguments) if before and not search else None,
        older_url=address("messages.index", **form.arguments(before=older)) if older and not search else None,
        older_place=older if search else None,
        search_url=address("messages.search", **arguments),
        export_url=address("messages.export_csv", **arguments),
        poll_url=address("messages.index", **form.arguments(version=version)) if live else None,
        criteria={} if is_wrong else criteria_of(form, search),
        read_to=log_state.read_state(database()).read_to,
        can_send=signed_in_user().role.includes(Role.SENDER),
        version=version,
    )


def build_lookup(
    form: ProviderForm | None = None,
    lookup_form: LookupForm | None = None,
    found: ProviderPage | None = None,
    *,
    is_filled: bool = False,
) -> MessagesLookupPage:
    """The question to the provider, with its answer if it was asked."""
    return MessagesLookupPage(
        form=form or ProviderForm(formdata=None),
        lookup_form=lookup_form or LookupForm(formdata=None),
        found=found,
        is_filled=is_filled,
        rows=_listed(record.with_calls(database(), found.messages)) if found else (),
        statuses=status_words(record.known_statuses(database())),
    )


def _listed(entries: list[RecordEntry]) -> tuple[ListedMessage, ...]:
    authors = users.names_of(database(), {entry.call.created_by for entry in entries if entry.call})
    page_of = addresses("messages.show", "reference")
    return tuple(_row(entry, authors, page_of) for entry in entries)


def _row(entry: RecordEntry, authors: dict[int, str], page_of: Callable[[str], str]) -> ListedMessage:
    call, message = entry.call, entry.message
    report = message.report if message else None
    outcome = outcome_of(call, message) if call is not None and not call.operation.is_batch else None
    is_inbound = report is not None and report.status == MessageStatus.INCOMING
    reference = outcome.call.ref if outcome else report.message_id if report else ""
    other_end = (report.sender if is_inbound else report.destination) if report else ""
    is_said_by_call = outcome and (message is None or outcome.call.state is OutboxState.ACCEPTED)
    meaning = outcome.meaning if outcome and is_said_by_call else describe_entry(entry)
    credits, is_estimate = _cost(outcome, message)
    erased_at = message.erased_at if message else call.erased_at if call else None
    return ListedMessage(
        key=f"{_LETTERS[entry.place.source]}{entry.place.id}",
        url=page_of(reference),
        number=other_end or (call.destination if call else ""),
        content=report.content if report else str(call.payload.get("content", "") if call else ""),
        meaning=meaning,
        author=authors.get(call.created_by, "") if call else "",
        is_inbound=is_inbound,
        is_copy=bool(call and call.purpose == "copy"),
        at=entry.place.at,
        credits=credits,
        is_estimate=is_estimate,
        given_back=bool(credits and report and is_given_back(report.status, report.destination)),
        erased_at=erased_at,
    )


_LETTERS = {Source.MESSAGE: "m", Source.CALL: "c"}


# With what a row shows one of these changes. The provider may reword a text, and date one that came undated.
_changes_of = attrgetter(
    *("key", "number", "content", "at", "meaning.word", "meaning.meaning"),
    *("credits", "is_estimate", "erased_at"),
)


def _cost(outcome: Outcome | None, message: StoredMessage | None) -> tuple[Decimal | None, bool]:
    """In credits, and whether that is only expected."""
    charged = outcome.credits if outcome else message.report.credits if message else None
    if charged is not None or message is None:
        return charged, False
    return message.cost, message.cost is not None


def _write_place(place: Place) -> str:
    return write_place(place.at, place.source, place.id)


def _read_place(text: str) -> Place | None:
    found = read_place(text, Source)
    return Place(*found) if found else None

"""Building the Failed page."""

from collections.abc import Callable
from typing import Any

from flask import request

from webapp.failed import plots
from webapp.failed.forms import FilterForm
from webapp.failed.pages import DeskRow, FailedIndexPage, FailedRow
from webapp.messaging.numbers import format_number
from webapp.services.failures import describe_failure, is_temporary, money_of, words_of
from webapp.store import batch_choices, batches, calls, failures, known_names
from webapp.store.batch_choices import BatchChoice
from webapp.store.calls import Call
from webapp.store.failures import Failure, Place
from webapp.store.record import Source
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.batch_field import BATCHES_OFFERED
from webapp.web.context import database
from webapp.web.pagination import read_place, write_place
from webapp.web.remembered import address, addresses, as_recorded

ROWS_A_PAGE = 50
DESK_ROWS = 20


def read_filter() -> FilterForm:
    """What the address asks for, checked; errors stand beside its fields."""
    form = FilterForm(request.args)
    chosen = batch_choices.find_choice(database(), form.batch.data) if form.batch.data else None
    form.batch.offer(_batches(), chosen)
    form.validate()
    return form


@as_recorded(most=4)
def _batches() -> list[BatchChoice]:
    return batch_choices.list_failed(database(), limit=BATCHES_OFFERED)


def build_index(form: FilterForm) -> FailedIndexPage:
    wanted = form.wanted()
    before = _read_place(request.args.get("before", ""))
    is_wrong = bool(form.errors)
    found = (
        [] if is_wrong else failures.list_failures(database(), wanted, limit=ROWS_A_PAGE + 1, before=before)
    )
    groups, figures = ((), ()) if is_wrong else plots.shown(form)
    shown = found[:ROWS_A_PAGE]
    arguments = form.arguments()
    is_more = len(found) > ROWS_A_PAGE
    older = form.arguments(before=_write_place(shown[-1].place)) if is_more else None
    return FailedIndexPage(
        desk=_desk(),
        groups=groups,
        plots=figures,
        total=sum(group.texts for group in groups),
        chosen_reason=form.reason.data or "",
        rows=_rows(shown),
        filter_form=form,
        is_filtered=bool(arguments),
        group_urls={group.key: _url("index", form.arguments(reason=group.key)) for group in groups},
        every_reason_url=_url("index", form.arguments(reason="")),
        newer_url=_url("index", arguments) if before else None,
        older_url=_url("index", older) if older else None,
        export_url=_url("export_csv", arguments),
        fetch_url=_url("fetch", arguments),
        resend_url=_url("resend", arguments),
        opt_out_url=_url("opt_out", arguments),
        can_send=signed_in_user().role.includes(Role.SENDER),
    )


def _url(endpoint: str, arguments: dict[str, Any]) -> str:
    return address(f"failed.{endpoint}", **arguments)


def _rows(shown: list[Failure]) -> tuple[FailedRow, ...]:
    names = known_names.names_of(database(), {each.destination for each in shown})
    message_page = addresses("messages.show", "reference")
    return tuple(_row(each, names.get(each.destination, ""), message_page) for each in shown)


def _row(failure: Failure, name: str, message_page: Callable[[str], str]) -> FailedRow:
    meaning = describe_failure(failure)
    why = words_of(failure.status, failure.code, failure.details)
    return FailedRow(
        key=failure.place.key,
        url=_batch_page(failure) or message_page(failure.reference),
        number=format_number(failure.destination),
        name=name,
        people=failure.people,
        content=failure.content,
        erased_at=failure.erased_at,
        meaning=meaning,
        why="" if why.casefold() == meaning.word.casefold() else why,
        money=money_of(failure),
        at=failure.place.at,
        is_chosen=is_temporary(failure),
    )


def _batch_page(failure: Failure) -> str | None:
    """Of a call of a batch that was not taken; it has no page of its own."""
    is_of_batch = failure.place.source is Source.CALL and failure.batch_ref is not None
    return address("batches.show", ref=failure.batch_ref) if is_of_batch else None


def _desk() -> tuple[DeskRow, ...]:
    return tuple(map(_desk_row, calls.list_unknown(database(), limit=DESK_ROWS)))


def _desk_row(call: Call) -> DeskRow:
    batch = batches.get_batch(database(), call.batch_id) if call.batch_id else None
    content = str(call.payload.get("content") or (batch.text.content if batch else ""))
    return DeskRow(call, content, address("failed.unknown", reference=call.ref))


def _write_place(place: Place) -> str:
    return write_place(place.at, place.source, place.id)


def _read_place(text: str) -> Place | None:
    found = read_place(text, Source)
    return Place(*found) if found else None

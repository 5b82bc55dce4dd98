"""Building the list of conversations: filtered, page by page, and what was searched for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request

from webapp.inbox.alerts import chosen_alerts
from webapp.inbox.forms import FilterForm, SearchForm
from webapp.inbox.pages import InboxIndexPage, ListedRow
from webapp.inbox.searching import ROWS_A_PAGE, find
from webapp.messaging.words import lasting
from webapp.store import conversations, inbox_search, read_marks
from webapp.store.connection import LARGEST_ROW_ID
from webapp.store.conversations import ListedConversation, Place
from webapp.store.inbox_search import InboxFilter
from webapp.store.inbox_state import InboxState
from webapp.store.read_marks import Mark
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database
from webapp.web.fragments import is_poll
from webapp.web.pagination import read_time, write_time
from webapp.web.remembered import address

_PLACE = re.compile(r"([wrm])(\d{1,17})-(\d{1,18})", re.ASCII)
WAITING, READ, MATCHING = "w", "r", "m"
# Waiting times are shown in minutes: each person's list is renewed once a minute, not all at the same moment.
SECONDS_OF_A_MINUTE = 60
SECONDS_APART = 7


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of the list begins: in which of its parts, and after which row."""

    part: str
    place: Place

    def text(self) -> str:
        return f"{self.part}{write_time(self.place.at)}-{self.place.id}"


def read_cursor(text: str) -> Cursor | None:
    """None if nobody of ours wrote it."""
    found = _PLACE.fullmatch(text)
    at = read_time(found[2]) if found else None
    return Cursor(found[1], Place(at, int(found[3]))) if found and at else None


def list_version(state: InboxState) -> str:
    """Everything in which the list can change: the inbox itself, and the minutes that texts have waited."""
    shift = signed_in_user().id * SECONDS_APART
    minute = (int(datetime.now(UTC).timestamp()) + shift) // SECONDS_OF_A_MINUTE
    return f"{state.version}.{minute}"


def wanted_texts() -> InboxFilter:
    """What the address asks for."""
    return _filter_form().wanted()


def build_index(state: InboxState) -> InboxIndexPage:
    """The list as the address describes it."""
    form = _filter_form()
    wanted = form.wanted()
    cursor = read_cursor(request.args.get("after", ""))
    found = _list(wanted, cursor)
    shown = found[:ROWS_A_PAGE]
    arguments = form.arguments()
    older = _cursor_of(shown[-1], wanted).text() if len(found) > ROWS_A_PAGE else None
    return _page(
        state,
        shown,
        filter_form=form,
        is_filtered=bool(arguments),
        newer_url=address("inbox.index", **arguments) if cursor else None,
        older_url=address("inbox.index", **arguments, after=older) if older else None,
        export_url=address("inbox.export_csv", **arguments),
        here=_here(arguments, after=request.args.get("after", "") if cursor else ""),
        # Only the first page renews itself: on a later one rows would slide away under the reader.
        poll_url=None if cursor else _poll_url(state, arguments),
    )


def build_search(state: InboxState, form: SearchForm) -> InboxIndexPage:
    """What was looked for by a name, a part of a number or words; it stands in no address."""
    found = find(form)
    return _page(
        state,
        found.listed,
        people=found.people,
        are_more_people=found.are_more_people,
        filter_form=_filter_form(),
        search_form=form,
        searched=form.q.data or "",
        export_url=address("inbox.export_csv"),
        older_row_id=found.older,
        here=address("inbox.index"),
    )


def _list(wanted: InboxFilter, cursor: Cursor | None) -> list[ListedConversation]:
    limit = ROWS_A_PAGE + 1
    if wanted.is_narrow:
        before = cursor.place if cursor and cursor.part == MATCHING else None
        return inbox_search.list_matching(database(), wanted, limit=limit, before=before)
    found = []
    if cursor is None or cursor.part == WAITING:
        after = cursor.place if cursor else None
        found = conversations.list_waiting(database(), limit=limit, after=after)
    if len(found) < limit and not wanted.only_unread:
        before = cursor.place if cursor and cursor.part == READ else None
        found += conversations.list_read(database(), limit=limit - len(found), before=before)
    return found


def _cursor_of(last: ListedConversation, wanted: InboxFilter) -> Cursor:
    conversation = last.conversation
    if wanted.is_narrow:
        return Cursor(MATCHING, Place(last.received_at, last.row_id))
    if conversation.waiting_since is not None:
        return Cursor(WAITING, Place(conversation.waiting_since, conversation.id))
    return Cursor(READ, Place(conversation.last_at, conversation.id))


def _filter_form() -> FilterForm:
    form = FilterForm(request.args)
    form.offer(inbox_search.list_keywords(database()), inbox_search.list_reply_numbers(database()))
    return form


def _page(
    state: InboxState,
    shown: list[ListedConversation],
    *,
    filter_form: FilterForm,
    here: str,
    export_url: str,
    people: tuple[ListedConversation, ...] = (),
    are_more_people: bool = False,
    search_form: SearchForm | None = None,
    searched: str | None = None,
    is_filtered: bool = False,
    newer_url: str | None = None,
    older_url: str | None = None,
    older_row_id: int | None = None,
    poll_url: str | None = None,
) -> InboxIndexPage:
    alerts = chosen_alerts()
    return InboxIndexPage(
        rows=_rows(shown),
        people=_rows(people),
        are_more_people=are_more_people,
        state=state,
        filter_form=filter_form,
        search_form=search_form or SearchForm(formdata=None),
        searched=searched,
        is_filtered=is_filtered,
        newer_url=newer_url,
        older_url=older_url,
        older_row_id=older_row_id,
        undoable=undoable_mark(),
        here=here,
        export_url=export_url,
        poll_url=poll_url,
        can_act=signed_in_user().role.includes(Role.SENDER),
        rings="sound" in alerts and _newest_known() < state.newest_row_id,
        counts_in_title="title" in alerts,
        fragment_title=_title(state) if "title" in alerts and is_poll() else None,
        alert_choices=alerts,
    )


def _rows(shown: Iterable[ListedConversation]) -> tuple[ListedRow, ...]:
    now = datetime.now(UTC)
    return tuple(ListedRow(each, _waited(each, now), _url_of(each)) for each in shown)


def _url_of(listed: ListedConversation) -> str:
    """Where the text that is shown stands: at the end, or on a page that ends with it."""
    conversation = listed.conversation
    if listed.row_id == conversation.last_row_id:
        return f"{address('inbox.show', conversation_id=conversation.id)}#latest"
    before = write_time(listed.received_at + timedelta(microseconds=1))
    return address("inbox.show", conversation_id=conversation.id, before=before, _anchor="latest")


def _title(state: InboxState) -> str:
    waiting = f"({state.unread_conversations}) " if state.unread_conversations else ""
    return f"{waiting}Inbox · Textdesk"


def _waited(listed: ListedConversation, now: datetime) -> str | None:
    since = listed.conversation.waiting_since
    return lasting((now - since).total_seconds()) if since else None


def undoable_mark() -> Mark | None:
    """What the person has just marked, as the address says, if it is theirs and can still be undone."""
    mark_id = request.args.get("marked", 0, type=int)
    mark = read_marks.get_mark(database(), mark_id) if 0 < mark_id <= LARGEST_ROW_ID else None
    return mark if mark and mark.user_id == signed_in_user().id else None


def _newest_known() -> int:
    """The newest text that the page which asks has shown already; on opening a page nothing is news."""
    return request.args.get("newest", LARGEST_ROW_ID, type=int)


def _poll_url(state: InboxState, arguments: dict[str, Any]) -> str:
    return address("inbox.index", **arguments, version=list_version(state), newest=state.newest_row_id)


def _here(arguments: dict[str, Any], *, after: str) -> str:
    return address("inbox.index", **arguments, after=after or None)

"""Building the Scheduled pages, the same for a whole page and for a fragment of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import abort, request

from webapp.messaging.placeholders import compile_template
from webapp.messaging.segments import segment_content
from webapp.scheduled.pages import ScheduledIndexPage, ScheduledRow, ScheduledShowPage
from webapp.services import change_scheduled
from webapp.services.changes_told import told_of
from webapp.services.scheduled import Entry, find_entry, list_entries, unlisted
from webapp.store import changes, scheduled, users
from webapp.store.scheduled import Kind, ListState, Place
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database, settings
from webapp.web.pagination import read_place, write_place
from webapp.web.remembered import address, addresses

ROWS_A_PAGE = 50
PAST = "past"
# Countdowns are shown in minutes: each person's list is renewed once a minute, not all at the same moment.
SECONDS_OF_A_MINUTE = 60
SECONDS_APART = 7


def index_version(state: ListState) -> str:
    """Everything in which the timeline can change: what is on it, and the minutes it counts down."""
    shift = signed_in_user().id * SECONDS_APART
    minute = (int(datetime.now(UTC).timestamp()) + shift) // SECONDS_OF_A_MINUTE
    return f"{state.version}.{minute}"


def build_index(state: ListState) -> ScheduledIndexPage:
    """The timeline as the address describes it."""
    is_past = request.args.get("show") == PAST
    show = PAST if is_past else None
    after = read_place_of(request.args.get("after", ""))
    missing = unlisted(database())
    missing_ids = frozenset(call.id for call in missing)
    found = list_entries(database(), is_past=is_past, after=after, limit=ROWS_A_PAGE + 1, missing=missing_ids)
    shown = found[:ROWS_A_PAGE]
    older = write_place_of(shown[-1].place) if len(found) > ROWS_A_PAGE else None
    version = index_version(state)
    return ScheduledIndexPage(
        rows=_rows(shown),
        missing=tuple(missing),
        state=state,
        is_past=is_past,
        newer_url=address("scheduled.index", show=show) if after else None,
        older_url=address("scheduled.index", show=show, after=older) if older else None,
        can_send=signed_in_user().role.includes(Role.SENDER),
        export_url=address("scheduled.export_csv", show=show),
        here=address("scheduled.index", show=show),
        # Only the first page renews itself: on a later one rows would slide away under the reader.
        poll_url=None if after else address("scheduled.index", show=show, version=version),
        version=version,
    )


def _rows(entries: Sequence[Entry]) -> tuple[ScheduledRow, ...]:
    authors = users.names_of(database(), {entry.author_id for entry in entries if entry.author_id})
    page_of, changing = addresses("scheduled.show", "reference"), _changing(entries)
    return tuple(
        ScheduledRow(
            key=entry.place.key,
            url=page_of(entry.reference),
            at=entry.place.at,
            content=entry.content,
            batch_name=entry.batch.name if entry.batch else None,
            people=entry.people,
            destination=entry.destination,
            meaning=entry.meaning,
            is_changing=entry.reference in changing,
            author=None if entry.item else authors.get(entry.author_id or 0, ""),
        )
        for entry in entries
    )


def _changing(entries: Sequence[Entry]) -> frozenset[str]:
    """The references of both texts of each change that is being carried out."""
    under_way = changes.list_under_way(database())
    old = {change.old_reference for change in under_way}
    new = {change.draft_id for change in under_way}
    return frozenset(
        entry.reference
        for entry in entries
        if entry.reference in old or (entry.call is not None and entry.call.draft_id in new)
    )


def open_entry(reference: str) -> Entry:
    """404 if nothing is, or was, scheduled under it."""
    entry = find_entry(database(), reference)
    if entry is None:
        abort(404)
    return entry


def build_show(entry: Entry) -> ScheduledShowPage:
    is_personal = compile_template(entry.content).is_personal if entry.batch else False
    names = users.names_of(database(), {entry.author_id}) if entry.author_id else {}
    is_sender = signed_in_user().role.includes(Role.SENDER)
    why_not = change_scheduled.why_not(database(), entry)
    kept = change_scheduled.kept_from_cancelling(database(), entry.reference)
    return ScheduledShowPage(
        entry=entry,
        author=names.get(entry.author_id or 0, ""),
        segmentation=None if is_personal or not entry.content else segment_content(entry.content),
        own_url=_own_url(entry),
        told=told_of(database(), entry.reference, entry.call, timezone=settings().timezone),
        change_words="Go on changing it…" if _has_begun(entry) else "Change it…",
        can_change=is_sender and why_not is None,
        why_not_changed=why_not if is_sender and entry.can_cancel else None,
        is_being_changed=kept is not None,
        can_cancel=is_sender and entry.can_cancel and kept is None,
        is_due=entry.place.at <= datetime.now(UTC),
        state=scheduled.read_state(database()),
    )


def _has_begun(entry: Entry) -> bool:
    author_id = signed_in_user().id
    return changes.find_unfinished(database(), entry.reference, author_id=author_id) is not None


def _own_url(entry: Entry) -> str | None:
    if entry.batch is not None:
        return address("batches.show", ref=entry.batch.ref)
    if entry.call is not None:
        return address("messages.show", reference=entry.call.ref)
    return None


def write_place_of(place: Place) -> str:
    return write_place(place.at, place.kind, place.id)


def read_place_of(text: str) -> Place | None:
    found = read_place(text, Kind)
    return Place(*found) if found else None

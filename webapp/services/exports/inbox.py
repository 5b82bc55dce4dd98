"""The inbox and the opt-outs as files, read page by page: a file of any length keeps nothing in memory."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import chain
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.services.exports.cells import Cell, csv_chunks, phone_cell, read_sizes, time_cell
from webapp.store import inbox_texts, known_names, optouts
from webapp.store.conversations import Place
from webapp.store.inbox_search import InboxFilter
from webapp.store.inbox_texts import ExportedText, Search
from webapp.store.optouts import OptOut

TEXT_HEADER = (
    *("Number", "Name", "Received", "Received (UTC)", "Texted to", "Keyword", "Text"),
    *("Read by", "Opted out"),
)
OPT_OUT_HEADER = ("Number", "Since", "Since (UTC)", "By", "How", "Reason")


def inbox_csv(
    db: Database, wanted: InboxFilter, *, timezone: ZoneInfo, searches: Sequence[Search] = ()
) -> Iterator[str]:
    """Every text that matches, the latest first; of one search after the other, if there are any, the last
    to have come in first.
    """
    texts = chain.from_iterable(_texts(db, wanted, search) for search in searches or (None,))
    return csv_chunks(TEXT_HEADER, (_text_row(text, name, timezone) for text, name in texts))


def opt_outs_csv(db: Database, *, timezone: ZoneInfo) -> Iterator[str]:
    return csv_chunks(OPT_OUT_HEADER, (_opt_out_row(each, timezone) for each in _opt_outs(db)))


def _texts(db: Database, wanted: InboxFilter, search: Search | None) -> Iterator[tuple[ExportedText, str]]:
    """Each with what they are called, as far as a list has said."""
    place: Place | None = None
    for limit in read_sizes():
        if search:
            before = place.id if place else None
            found = inbox_texts.find_texts(db, wanted, search, limit=limit, before_row_id=before)
        else:
            found = inbox_texts.list_texts(db, wanted, limit=limit, before=place)
        if not found:
            return
        names = known_names.names_of(db, {text.number for text in found})
        yield from ((text, names.get(text.number, "")) for text in found)
        place = Place(found[-1].received_at, found[-1].row_id)


def _opt_outs(db: Database) -> Iterator[OptOut]:
    before: int | None = None
    for limit in read_sizes():
        found = optouts.list_opt_outs(db, limit=limit, before_id=before)
        if not found:
            return
        yield from found
        before = found[-1].id


def _text_row(text: ExportedText, name: str, timezone: ZoneInfo) -> tuple[Cell, ...]:
    return (
        phone_cell(text.number) if text.number.isdigit() else text.number,
        name,
        time_cell(text.received_at, timezone),
        time_cell(text.received_at, UTC),
        phone_cell(text.reply_number) if text.reply_number.isdigit() else text.reply_number,
        text.keyword,
        text.content,
        text.read_by,
        "yes" if text.is_opted_out else "no",
    )


def _opt_out_row(opt_out: OptOut, timezone: ZoneInfo) -> tuple[Cell, ...]:
    return (
        phone_cell(opt_out.number),
        time_cell(opt_out.added_at, timezone),
        time_cell(opt_out.added_at, UTC),
        opt_out.added_by,
        opt_out.source.value,
        opt_out.reason,
    )

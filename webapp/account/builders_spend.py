"""Building the page about what texts cost."""

from datetime import date
from typing import Any

from flask import request

from webapp.account.forms_spend import SpendForm, days_of_month
from webapp.account.pages_spend import AccountSpendPage, SpendLine, SpendTable
from webapp.services.spend import Line, Spent, Split, by_month, difference, split_by, sum_up
from webapp.store import batch_choices, daily
from webapp.store.daily import Days, Differing, Part, Sums
from webapp.store.record_conditions import Group
from webapp.web.context import database
from webapp.web.dates import start_of
from webapp.web.remembered import address, as_recorded

DIFFERING_SHOWN = 10
TABLES = (
    ("by_sender", "By sender ID", "Sender ID", Part.SENDER),
    ("by_tag", "By tag", "Tag", Part.TAG),
    ("by_person", "By member of staff", "Who", Part.AUTHOR),
    ("by_batch", "By batch", "Batch", Part.BATCH),
)


def read_spend_form() -> SpendForm:
    """What the address asks for, checked; errors stand beside its fields."""
    form = SpendForm(request.args)
    form.offer(daily.first_day(database()))
    form.validate()
    return form


def build_spend(form: SpendForm) -> AccountSpendPage:
    days = form.days(daily.first_day(database()))
    spent = _spent_in(days)
    total = daily.add(spent.by_month.values())
    tables = () if form.errors else tuple(_tables(days, spent))
    return AccountSpendPage(
        form=form,
        days=days,
        total=total,
        texts_url=_texts_url(days, total),
        tables=tables,
        difference=difference(total),
        differing=_differing(days) if total.differing_texts and not form.errors else (),
        export_url=address("account.export_spend_csv", **form.arguments()),
    )


@as_recorded(most=64)
def _spent_in(days: Days) -> Spent:
    """Half of what the page costs; names, which may change without any text, are not in it."""
    return sum_up(database(), days)


def _tables(days: Days, spent: Spent) -> list[SpendTable]:
    months = by_month(spent.by_month)
    found = []
    if len(months) > 1:
        lines = tuple(_month_line(line, days) for line in months)
        found.append(SpendTable("by_month", "By month", "Month", lines, 0, None))
    for table_id, heading, what, part in TABLES:
        split = split_by(database(), part, spent.dearest[part])
        if part is Part.BATCH and all(line.key == "0" for line in split.lines):
            continue
        lines = _lines(days, part, split)
        found.append(SpendTable(table_id, heading, what, lines, split.others, split.rest))
    return found


def _month_line(line: Line, days: Days) -> SpendLine:
    month = days_of_month(date.fromisoformat(f"{line.key}-01"))
    within = Days(max(month.first, days.first), min(month.last, days.last))
    words = f"{month.first:%B %Y}"
    return SpendLine(
        words, address("account.spend", month=line.key), _texts_url(within, line.sums), line.sums
    )


def _lines(days: Days, part: Part, split: Split) -> tuple[SpendLine, ...]:
    """Messages can be filtered by sender ID and tag; of a batch there is a page."""
    pages = {}
    if part is Part.BATCH:
        found = batch_choices.map_choices(database(), [int(line.key) for line in split.lines])
        pages = {str(batch.id): address("batches.show", ref=batch.ref) for batch in found.values()}
    return tuple(
        SpendLine(line.name, pages.get(line.key), _filtered(days, part, line), line.sums)
        for line in split.lines
    )


def _filtered(days: Days, part: Part, line: Line) -> str | None:
    argument = {Part.SENDER: "sender", Part.TAG: "tag"}.get(part)
    return _texts_url(days, line.sums, **{argument: line.key}) if argument and line.key else None


def _texts_url(days: Days, sums: Sums, **more: str) -> str | None:
    """The list of exactly those texts."""
    if not sums.texts:
        return None
    chosen: dict[str, Any] = {"since": days.first.isoformat(), "until": days.last.isoformat(), **more}
    return address("messages.index", status=Group.WENT.value, **chosen)


def _differing(days: Days) -> tuple[Differing, ...]:
    since, until = start_of(days.first), start_of(days.last, days_later=1)
    if since is None or until is None:
        return ()
    return tuple(daily.list_differing(database(), since=since, until=until, limit=DIFFERING_SHOWN))

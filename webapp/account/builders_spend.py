"""Building the page about what texts cost."""

from collections.abc import Mapping
from typing import Any

from flask import request, url_for

from webapp.account.forms_spend import SpendForm
from webapp.account.pages_spend import AccountSpendPage, SpendLine, SpendTable
from webapp.services.spend import Line, Split, by_month, difference, split_by
from webapp.store import batches, daily
from webapp.store.daily import Days, Differing, Part, Sums
from webapp.store.record_conditions import Group
from webapp.web.context import database
from webapp.web.dates import start_of

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
    sums = daily.sum_by(database(), days, Part.MONTH)
    total = daily.add(sums.values())
    tables = () if form.errors else tuple(_tables(days, sums))
    return AccountSpendPage(
        form=form,
        days=days,
        total=total,
        texts_url=_texts_url(days, total),
        tables=tables,
        difference=difference(total),
        differing=_differing(days) if total.differing_texts and not form.errors else (),
        export_url=url_for("account.export_spend_csv", **form.arguments()),
    )


def _tables(days: Days, sums: Mapping[str, Sums]) -> list[SpendTable]:
    months = by_month(sums)
    found = []
    if len(months) > 1:
        lines = tuple(_month_line(line, days) for line in months)
        found.append(SpendTable("by_month", "By month", "Month", lines, 0, None))
    for table_id, heading, what, part in TABLES:
        split = split_by(database(), part, days)
        if part is Part.BATCH and all(line.key == "0" for line in split.lines):
            continue
        lines = _lines(days, part, split)
        found.append(SpendTable(table_id, heading, what, lines, split.others, split.rest))
    return found


def _month_line(line: Line, days: Days) -> SpendLine:
    form = SpendForm(formdata=None, data={"month": line.key})
    month = form.days(None)
    within = Days(max(month.first, days.first), min(month.last, days.last))
    words = f"{month.first:%B %Y}"
    return SpendLine(
        words, url_for("account.spend", month=line.key), _texts_url(within, line.sums), line.sums
    )


def _lines(days: Days, part: Part, split: Split) -> tuple[SpendLine, ...]:
    """Messages can be filtered by sender ID and tag; of a batch there is a page."""
    pages = {}
    if part is Part.BATCH:
        found = batches.map_batches(database(), [int(line.key) for line in split.lines])
        pages = {str(batch.id): url_for("batches.show", ref=batch.ref) for batch in found.values()}
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
    return url_for("messages.index", status=Group.WENT.value, **chosen)


def _differing(days: Days) -> tuple[Differing, ...]:
    since, until = start_of(days.first), start_of(days.last, days_later=1)
    if since is None or until is None:
        return ()
    return tuple(daily.list_differing(database(), since=since, until=until, limit=DIFFERING_SHOWN))

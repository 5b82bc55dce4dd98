"""What was spent as a file: the sums of each day, to be added up in a spreadsheet in whatever way."""

from collections.abc import Iterator

from sqlite_utils import Database

from webapp.messaging.status import describe_status
from webapp.services.exports.cells import Cell, csv_chunks
from webapp.services.spend import NOT_FROM_HERE, names_of
from webapp.store import daily, users
from webapp.store.daily import Days, Part, Sums

HEADER = (
    *("Day", "Status", "Sender ID", "Tag", "By", "Batch", "Texts", "Charged by the provider"),
    *("Estimated, no charge named", "Given back", "Cost"),
)


def spend_csv(db: Database, days: Days) -> Iterator[str]:
    """The first day first."""
    people = {str(user.id): user.name for user in users.list_users(db)}
    return csv_chunks(HEADER, (_row(db, parts, sums, people) for parts, sums in daily.each_line(db, days)))


def _row(db: Database, parts: dict[str, str], sums: Sums, people: dict[str, str]) -> tuple[Cell, ...]:
    batch = parts["BATCH"]
    return (
        parts["DAY"],
        describe_status(parts["STATUS"]).word,
        parts["SENDER"],
        parts["TAG"],
        people.get(parts["AUTHOR"], NOT_FROM_HERE),
        names_of(db, Part.BATCH, [batch])[batch] if batch != "0" else "",
        sums.texts,
        sums.charged,
        sums.estimated,
        sums.given_back,
        sums.cost,
    )

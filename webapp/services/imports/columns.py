"""Which row is the header, and which column has the numbers: guessed, said, and for staff to change."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from webapp.messaging.numbers import NumberProblem, NumberRefused, parse_number
from webapp.messaging.placeholders import same_name
from webapp.messaging.words import join_and

from .rows import SheetRow
from .sheet_reader.column_letters import column_letters

_NAMES_OF_NUMBERS = (
    "mobile",
    "mob",
    "cell",
    "phone",
    "tel",
    "number",
    "contact",
    "msisdn",
    "sms",
    "recipient",
)
_NUMBER_SHARE = 0.5  # of the filled cells of a column
_FEW_DIGITS = 5  # no heading has as many
_MOST_LOOKS, _FEWEST_ROWS = 6_000, 30  # somebody waits for the guess, and a look can take 0.1 ms

# What a column of phone numbers has besides good mobiles; none of it is found in names, dates or prices.
_STILL_A_PHONE = frozenset(
    {NumberProblem.LANDLINE, NumberProblem.SPREADSHEET_DAMAGE, NumberProblem.EXTENSION, NumberProblem.PAGER}
    | {NumberProblem.SEVERAL, NumberProblem.PERSONAL, NumberProblem.PREMIUM_RATE}
)


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What the first rows of a file show. Columns are counted from 0."""

    header_row: int | None
    """The number of the row with the headings; None if there is none."""
    names: tuple[str, ...]
    """A name for every column: its heading, or "Column C"."""
    number_column: int | None
    number_columns: tuple[int, ...]
    """Every column that holds numbers, the likeliest first; ask if there are two."""
    notes: tuple[str, ...]


def guess_columns(
    rows: Sequence[SheetRow], *, country: str = "GB", hidden_columns: Collection[int] = ()
) -> ColumnGuess:
    """Guess from the first few hundred rows of a file, the blank ones too."""
    filled = [row for row in rows if not row.is_blank]
    width = max((len(row.values) for row in filled), default=0)
    sample = filled[: max(_FEWEST_ROWS, _MOST_LOOKS // max(width, 1))]
    shares = {column: _number_share(sample, column, country) for column in range(width)}
    candidates = [column for column, share in shares.items() if share > _NUMBER_SHARE]
    header = _find_header(filled, candidates, country)
    names = column_names(header.values if header else (), width)
    candidates.sort(
        key=lambda column: (column in hidden_columns, -_name_score(names[column]), -round(shares[column], 1))
    )
    number_column = candidates[0] if candidates else _by_name(names, header)
    return ColumnGuess(
        header_row=header.number if header else None,
        names=names,
        number_column=number_column,
        number_columns=tuple(candidates),
        notes=tuple(_notes(header, filled, names, candidates)),
    )


def column_names(header: Sequence[str], width: int) -> tuple[str, ...]:
    """Name `width` columns by their headings, or by their letters where there are none."""
    padded = [*header, *[""] * (width - len(header))]
    return tuple(name.strip() or f"Column {column_letters(at)}" for at, name in enumerate(padded))


def looks_like_number(value: str, country: str) -> bool:
    """Say whether the value is a phone number, one that can be texted or not."""
    if sum(map(str.isdigit, value)) < _FEW_DIGITS - 1:
        return False
    try:
        parse_number(value, country=country)
    except NumberRefused as refused:
        return refused.problem in _STILL_A_PHONE
    return True


def _number_share(rows: Sequence[SheetRow], column: int, country: str) -> float:
    values = [row.values[column] for row in rows if len(row.values) > column and row.values[column].strip()]
    below_a_heading = values[1:] if values and not looks_like_number(values[0], country) else values
    if not below_a_heading:
        return 0
    return sum(looks_like_number(value, country) for value in below_a_heading) / len(below_a_heading)


def _find_header(rows: Sequence[SheetRow], candidates: list[int], country: str) -> SheetRow | None:
    """The fullest of the rows above the first number; a title above it has fewer cells.

    Without any number, the first row counts as headings if one of them says what it is.
    """
    above: list[SheetRow] = []
    for row in rows:
        if any(looks_like_number(_cell(row, column), country) for column in candidates):
            break
        above.append(row)
    if not candidates:
        above = [row for row in rows[:1] if any(map(_name_score, row.values))]
    else:
        above = [row for row in above if any(_may_be_heading(_cell(row, column)) for column in candidates)]
    return max(above, key=_filled_cells, default=None)


def _may_be_heading(value: str) -> bool:
    return bool(value.strip()) and sum(map(str.isdigit, value)) < _FEW_DIGITS


def _by_name(names: tuple[str, ...], header: SheetRow | None) -> int | None:
    """The column whose heading says so, though hardly anything in it is a number."""
    if header is None:
        return None
    best = max(range(len(names)), key=lambda column: _name_score(names[column]))
    return best if _name_score(names[best]) else None


def _name_score(name: str) -> int:
    plain = same_name(name)
    ranks = [len(_NAMES_OF_NUMBERS) - at for at, word in enumerate(_NAMES_OF_NUMBERS) if word in plain]
    return max(ranks, default=0)


def _notes(
    header: SheetRow | None, rows: Sequence[SheetRow], names: tuple[str, ...], candidates: list[int]
) -> list[str]:
    notes = []
    if header is None:
        notes.append("No headings were found: the first row counts as a person.")
    elif above := sum(row.number < header.number for row in rows):
        counted = "1 row" if above == 1 else f"{above} rows"
        notes.append(f"The headings are in row {header.number}; {counted} above them left out.")
    if not candidates:
        notes.append("No column holds mobile numbers: the file seems to have only names or other words.")
    elif len(candidates) > 1:
        notes.append(f"More than one column holds numbers: {join_and([names[at] for at in candidates])}.")
    twice = sorted({name for name in names if sum(same_name(name) == same_name(each) for each in names) > 1})
    if twice:
        notes.append(f"More than one column is called {twice[0]}: a placeholder takes the first.")
    return notes


def _cell(row: SheetRow, column: int) -> str:
    return row.values[column] if len(row.values) > column else ""


def _filled_cells(row: SheetRow) -> int:
    return sum(bool(value.strip()) for value in row.values)

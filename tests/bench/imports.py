"""A list of 100,000 rows: how much faster than the plain loop over the same file, and in how much memory."""

import csv
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import phonenumbers

from tests.bench.measurement import (
    Measurement,
    at_least,
    at_most,
    fastest,
    in_a_process_of_its_own,
    just,
)
from tests.bench.people import TEXT, write_csv, write_xlsx
from webapp.messaging.placeholders import compile_template
from webapp.messaging.segments import segment_content
from webapp.services.imports.judging import Rules, judge_rows
from webapp.services.imports.table import open_table
from webapp.services.imports.tally import Tally

ROWS = 100_000
RUNS = 3
PRICE = Decimal(1)


def measure() -> Iterator[Measurement]:
    with tempfile.TemporaryDirectory() as folder:
        csv_file, xlsx_file = Path(folder) / "people.csv", Path(folder) / "people.xlsx"
        write_csv(csv_file, ROWS)
        ours, plain = fastest(RUNS, lambda: pipeline(csv_file), lambda: plain_loop(csv_file))
        yield just("100,000 rows CSV, the plain loop", plain, " s")
        yield just("100,000 rows CSV, ours", ours, " s")
        yield at_least("100,000 rows CSV, times as fast as the plain loop", plain / ours, 5, "x")
        alone = in_a_process_of_its_own("tests.bench.import_alone", str(csv_file))
        yield at_most("100,000 rows CSV, peak memory", alone["peak_mb"], 150, " MB")
        write_xlsx(xlsx_file, ROWS)
        alone = in_a_process_of_its_own("tests.bench.import_alone", str(xlsx_file))
        yield at_most("100,000 rows XLSX, processor time with the reader", alone["seconds"], 10, " s")
        yield at_most("100,000 rows XLSX, peak memory", alone["peak_mb"], 150, " MB")
        yield at_most("100,000 rows XLSX, peak memory of the reader", alone["reader_peak_mb"], 150, " MB")


def pipeline(path: Path) -> Tally:
    tally = Tally()
    opted_out: set[str] = set()
    with open_table(path, filename=path.name) as table:
        guess = table.facts.guess
        assert guess.number_column is not None
        rules = Rules(
            number_column=guess.number_column,
            names=guess.names,
            template=compile_template(TEXT),
            is_opted_out=opted_out.__contains__,
            price_of=lambda _digits: PRICE,
        )
        for row in judge_rows(table.rows(), rules):
            tally.add(row)
    assert tally.rows == table.facts.rows == ROWS
    return tally


def plain_loop(path: Path) -> Decimal:
    """What one writes at first: the same work, the libraries' own functions, nothing remembered."""
    opted_out: set[str] = set()
    seen: set[str] = set()
    credits = Decimal(0)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        for row in reader:
            try:
                number = phonenumbers.parse(row[1], "GB")
            except phonenumbers.NumberParseException:
                continue
            if not phonenumbers.is_valid_number(number):
                continue
            digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            if digits in opted_out or digits in seen:
                continue
            seen.add(digits)
            content = TEXT
            for name, value in zip(header, row, strict=True):
                content = content.replace(f"(({name.lower()}))", value)
            credits += segment_content(content).segments * PRICE
    return credits

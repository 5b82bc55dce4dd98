from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.messaging.numbers import parse_number
from webapp.messaging.placeholders import compile_template
from webapp.services.exports.cells import csv_chunks, phone_cell, safe_cell
from webapp.services.exports.sample import sample_csv
from webapp.services.imports.judging import Rules, Verdict, judge_rows
from webapp.services.imports.table import open_table


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\n=1",
        "=",
        "+cmd|' /C calc'!A0",
        "＝1",
        "-",
        "+44 call",
    ],
)
def test_what_starts_like_a_formula_is_not_run(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["07400123456", "+447400123456", "447400123456", "00353850123456", "0012"])
def test_digits_that_a_spreadsheet_would_change_are_kept(cell: str) -> None:
    assert safe_cell(cell) == f'="{cell}"'


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("+44 7400 123456", "+44 7400 123456"),
        ("07400 123456", "07400 123456"),
        ("-12.50", "-12.50"),
        ("7400123456", "7400123456"),
        ("0", "0"),
        ("Sam", "Sam"),
        ("a=b", "a=b"),
        ("", ""),
        (None, ""),
        (3, "3"),
        (Decimal("2.50"), "2.50"),
        (Decimal("1E+3"), "1000"),
    ],
)
def test_other_cells_stay_as_they_are(cell: object, written: str) -> None:
    assert safe_cell(cell) == written  # type: ignore[arg-type]


def test_numbers_are_written_as_pages_show_them() -> None:
    assert phone_cell("447400123456") == "+44 7400 123456"
    assert safe_cell(phone_cell("447400123456")) == "+44 7400 123456"


def test_rows_stream_and_the_first_ones_soon() -> None:
    def rows() -> Iterator[tuple[str, int]]:
        yield from ((f"Person {number}", number) for number in range(50))
        raise AssertionError("a later row was taken before it was asked for")

    chunks = csv_chunks(("Name", "Row"), rows())
    assert next(chunks) == "\ufeff"
    assert next(chunks) == "Name,Row\r\n"
    assert next(chunks).startswith("Person 0,0\r\n")


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    names = ("Name", "Mobile", "Note")
    rows = [
        ('Sam "S", Smith', "07400123456", "two\nlines"),
        ("Zoë", "+447400123457", "£5"),
        ("=cmd()", "00447400123458", "0012"),
        ("Björk", phone_cell("447400123459"), ""),
    ]
    path = tmp_path / "result.csv"
    path.write_text("".join(csv_chunks(names, rows)), encoding="utf-8", newline="")
    with open_table(path, filename=path.name) as table:
        guess = table.facts.guess
        assert (guess.names, guess.number_column, table.facts.encoding) == (names, 1, "UTF-8")
        rules = Rules(1, names, compile_template("Hi"), lambda _digits: False, lambda _digits: Decimal(1))
        judged = list(judge_rows(table.rows(), rules))
    assert [row.verdict for row in judged] == [Verdict.VALID] * 4
    assert [row.digits for row in judged] == [f"4474001234{ending}" for ending in (56, 57, 58, 59)]
    assert [row.values[0] for row in judged] == ['Sam "S", Smith', "Zoë", "'=cmd()", "Björk"]
    assert judged[0].values[2] == "two\nlines"


def test_the_sample_is_a_list_that_can_be_sent(tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    path.write_text("".join(sample_csv()), encoding="utf-8", newline="")
    with open_table(path, filename=path.name) as table:
        guess = table.facts.guess
        assert (guess.header_row, guess.number_columns, guess.notes) == (1, (1,), ())
        template = compile_template("Dear ((first name)), ((date)) at ((time))")
        rules = Rules(1, guess.names, template, lambda _digits: False, lambda _digits: Decimal(1))
        assert [row.verdict for row in judge_rows(table.rows(), rules)] == [Verdict.VALID] * 3


@given(st.text())
def test_no_cell_is_left_to_run(cell: str) -> None:
    written = safe_cell(cell)
    runs = written[:1] in {"=", "+", "-", "@", "\t", "\r"}
    harmless = written.strip('="+-').replace(".", "").replace(" ", "")
    assert not runs or harmless.isdigit()


@given(st.from_regex(r"(\+|00|0)?[1-9][0-9]{6,14}", fullmatch=True))
def test_a_number_reads_the_same_before_and_after(digits: str) -> None:
    def verdict(typed: str) -> object:
        try:
            return parse_number(typed)
        except ValueError as refused:
            return str(refused)

    assert verdict(safe_cell(digits)) == verdict(digits)

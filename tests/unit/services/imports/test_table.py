import timeit
from pathlib import Path
from time import process_time

import pytest

from webapp.services.imports.columns import guess_columns
from webapp.services.imports.formats import FileFormat, name_mismatch
from webapp.services.imports.limits import FileRefused
from webapp.services.imports.rows import SheetRow
from webapp.services.imports.spreadsheets import _checked_rows
from webapp.services.imports.table import open_table

LIST = "Clinic\n\nName,Mobile\nSam,07400 123456\n,\nAda,07400 123457\n,,\n\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "upload"
    path.write_text(LIST)
    return path


def test_rows_begin_below_the_header_and_end_with_the_last_that_is_not_blank(path: Path) -> None:
    with open_table(path) as table:
        assert [row.number for row in table.rows()] == [4, 5, 6]
        assert table.facts.rows == 3
        assert table.facts.columns == 2


@pytest.mark.parametrize("after", [0, 1, 2, 3, 4])
def test_a_header_that_staff_chose_moves_the_first_row(path: Path, after: int) -> None:
    with open_table(path) as table:
        numbers = [row.number for row in table.rows(after=after)]
        assert numbers == [number for number in range(1, 7) if number > after]
        assert table.count_rows(after=after) == len(numbers)


def test_an_encoding_that_staff_chose_is_used(path: Path) -> None:
    path.write_bytes("Name,Mobile\nŁukasz,07400123456\n".encode("cp1250"))
    with open_table(path, encoding="cp1250") as table:
        assert next(table.rows()).values == ("Łukasz", "07400123456")
        assert table.facts.encoding == "cp1250"


def test_tabs_make_it_a_tsv(path: Path) -> None:
    path.write_text("Name\tMobile\nSam\t07400 123456\n")
    with open_table(path, filename="list.txt") as table:
        assert (table.facts.format, table.facts.separator) == (FileFormat.TSV, "tab")
        assert table.facts.notes == ()


@pytest.mark.parametrize(
    ("found", "filename", "is_said"),
    [
        (FileFormat.CSV, "list.csv", False),
        (FileFormat.CSV, "LIST.TXT", False),
        (FileFormat.CSV, "list", False),
        (FileFormat.CSV, "list.xls", True),
        (FileFormat.XLSX, "list.xlsx", False),
        (FileFormat.XLSX, "list.xlsm", True),
        (FileFormat.ODS, "list.csv", True),
    ],
)
def test_a_name_that_promises_something_else_is_said(found: FileFormat, filename: str, is_said: bool) -> None:
    assert bool(name_mismatch(found, filename)) is is_said


@pytest.mark.parametrize(
    "said",
    [
        None, 7, "row", [], [1], ["x", 2], [1, 2, 3], [1, None, None],
        [1, ["a"], [1]], [1, ["a"], {"x": "y"}], [1e400, 1],
    ],
)  # fmt: skip
def test_nothing_that_a_child_says_in_another_shape_is_believed(said: object) -> None:
    with pytest.raises(FileRefused, match="damaged"):
        _checked_rows(said)


def test_a_wide_sheet_of_numbers_is_guessed_in_a_moment() -> None:
    rows = [SheetRow(at, ("02079460958",) * 200) for at in range(1, 301)]
    assert timeit.timeit(lambda: guess_columns(rows), timer=process_time, number=1) < 3

import pytest

from webapp.services.imports.columns import ColumnGuess, column_names, guess_columns
from webapp.services.imports.rows import SheetRow
from webapp.services.imports.sheet_reader.column_letters import column_letters


def guess(*rows: tuple[str, ...], **options: object) -> ColumnGuess:
    return guess_columns([SheetRow(at, row) for at, row in enumerate(rows, start=1)], **options)  # type: ignore[arg-type]


def test_headings_and_numbers_are_found() -> None:
    found = guess(("Name", "Mobile"), ("Sam", "07400 123456"), ("Ada", "7400123457"))
    assert (found.header_row, found.names, found.number_column) == (1, ("Name", "Mobile"), 1)
    assert found.notes == ()


def test_a_file_without_headings_says_so() -> None:
    found = guess(("Sam", "07400 123456"), ("Ada", "07400 123457"))
    assert (found.header_row, found.names, found.number_column) == (None, ("Column A", "Column B"), 1)
    assert "No headings were found: the first row counts as a person." in found.notes


def test_a_title_above_the_headings_is_left_out_and_said() -> None:
    found = guess(("Clinic list",), (), ("Name", "Mobile"), ("Sam", "07400 123456"))
    assert (found.header_row, found.names) == (3, ("Name", "Mobile"))
    assert "The headings are in row 3; 1 row above them left out." in found.notes


@pytest.mark.parametrize("number", ["0740012345", "07400 12345O", "1234567890123456"])
def test_a_bad_number_in_the_first_row_is_no_heading(number: str) -> None:
    assert guess(("Sam", number), ("Ada", "07400 123457"), ("Vic", "07400 123458")).header_row is None


def test_a_first_person_without_number_is_no_heading() -> None:
    assert guess(("Sam", ""), ("Ada", "07400 123457"), ("Vic", "07400 123458")).header_row is None


def test_content_decides_before_names() -> None:
    assert guess(("Phone", "Ref"), ("iPhone", "07400 123456"), ("Nokia", "07400 123457")).number_column == 1


def test_names_break_the_tie_of_two_number_columns() -> None:
    found = guess(("Landline", "Tel", "Mobile"), ("0207 946 0958", "07400 123450", "07400 123456"))
    assert found.number_columns == (2, 1, 0)
    assert found.notes == ("More than one column holds numbers: Mobile, Tel and Landline.",)


def test_a_hidden_column_comes_last() -> None:
    rows = ("Mobile", "Other"), ("07400 123456", "07400 123457")
    assert guess(*rows, hidden_columns={0}).number_columns == (1, 0)


def test_damaged_numbers_still_tell_the_column() -> None:
    assert guess(("Name", "Mobile"), ("Sam", "4.474E+11"), ("Ada", "4.474E+11")).number_column == 1


def test_dates_and_prices_are_no_numbers() -> None:
    found = guess(("Date", "Due", "Ref"), ("14/03/2026", "1234.50", "12345678"), ("15/03/2026", "9", "1"))
    assert found.number_columns == ()


def test_only_names_are_said() -> None:
    found = guess(("Name", "Surname"), ("Sam", "Smith"))
    assert found.number_column is None
    assert "No column holds mobile numbers" in " ".join(found.notes)


def test_a_heading_names_the_column_when_no_number_is_good() -> None:
    found = guess(("Name", "Mobile"), ("Sam", "none"), ("Ada", "ask"))
    assert (found.header_row, found.number_column, found.number_columns) == (1, 1, ())


def test_two_columns_of_one_name_are_said() -> None:
    found = guess(("Name", "name ", "Mobile"), ("Sam", "Smith", "07400 123456"))
    assert "More than one column is called Name: a placeholder takes the first." in found.notes


def test_numbers_of_another_country_count_there() -> None:
    rows = ("Name", "Mobile"), ("Sam", "085 012 3456"), ("Ada", "085 012 3457")
    assert guess(*rows).number_columns == ()
    assert guess(*rows, country="IE").number_columns == (1,)


def test_nothing_gives_nothing() -> None:
    assert guess().names == ()


def test_columns_without_a_heading_are_called_by_their_letters() -> None:
    assert column_names(("Name", " "), 4) == ("Name", "Column B", "Column C", "Column D")
    assert [column_letters(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]

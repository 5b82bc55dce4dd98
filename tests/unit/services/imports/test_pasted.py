import pytest

from webapp.services.imports.formats import FileFormat
from webapp.services.imports.limits import FileRefused
from webapp.services.imports.table import open_pasted


def pasted(text: str) -> list[tuple[int, tuple[str, ...]]]:
    with open_pasted(text) as table:
        assert table.facts.format is FileFormat.PASTED
        rows = [(row.number, row.values) for row in table.rows()]
        assert len(rows) == table.facts.rows
        return rows


@pytest.mark.parametrize(
    "text",
    [
        "07400 123456\n07400 123457\n07400 123458",
        "07400 123456, 07400 123457, 07400 123458",
        "07400 123456;07400 123457;\r\n07400 123458\r\n\r\n",
        "07400 123456\t07400 123457\t07400 123458",
    ],
)
def test_numbers_in_any_arrangement_are_one_list(text: str) -> None:
    assert pasted(text) == [(1, ("07400 123456",)), (2, ("07400 123457",)), (3, ("07400 123458",))]


def test_a_damaged_number_keeps_its_decimal_comma() -> None:
    assert pasted("4,474E+11, 07400 123457, 07400 123456")[0] == (1, ("4,474E+11",))


def test_rows_out_of_a_spreadsheet_keep_their_columns() -> None:
    assert pasted("Name\tMobile\nSam\t07400 123456\n") == [(2, ("Sam", "07400 123456"))]


def test_one_number_is_a_list() -> None:
    assert pasted("07400 123456") == [(1, ("07400 123456",))]


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_nothing_pasted_is_refused(text: str) -> None:
    with pytest.raises(FileRefused, match="Nothing was pasted"):
        open_pasted(text)

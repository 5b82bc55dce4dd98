import pytest

from webapp.services.exports.cells import Number, csv_lines, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_shown_as_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_a_telephone_number_stays_as_it_is() -> None:
    assert safe_cell(Number("+44 7400 123456")) == "+44 7400 123456"


@pytest.mark.parametrize(("value", "cell"), [(None, ""), (0, "0"), ("", ""), ("a=b", "a=b")])
def test_everything_else_is_written_plainly(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_lines_breaks_and_quotes_stay_in_their_cell() -> None:
    assert "".join(csv_lines(["A"], [['two\nlines, "quoted"']])) == '\ufeffA\r\n"two\nlines, ""quoted"""\r\n'

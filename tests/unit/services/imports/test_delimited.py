import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.services.imports.delimited import DelimitedSource
from webapp.services.imports.limits import FileRefused
from webapp.services.imports.rows import SheetRow
from webapp.services.imports.table import open_table

LIST = "Name,Mobile\nSam,07400 123456\n"


def rows_of(text: str) -> list[SheetRow]:
    source = DelimitedSource.from_text(text)
    source.survey()
    return list(source.rows())


def refusal_of(text: str) -> str:
    with pytest.raises(FileRefused) as caught:
        DelimitedSource.from_text(text).survey()
    return caught.value.message


@pytest.mark.parametrize(
    ("separator", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")]
)
def test_separators_are_found_and_named(separator: str, name: str) -> None:
    source = DelimitedSource.from_text(f'Name{separator}Mobile\n"Li, J; K"{separator}07400 123456\n')
    assert source.facts.separator == name
    assert [row.values for row in source.rows()] == [("Name", "Mobile"), ("Li, J; K", "07400 123456")]


def test_commas_in_one_column_do_not_make_two() -> None:
    assert rows_of("Name\nSmith, Sam\nAda\nVic\n")[2].values == ("Ada",)


def test_excel_s_line_with_the_separator_is_followed_and_is_no_row() -> None:
    rows = rows_of("sep=;\r\nName;Mobile\r\nSam, Smith;07400 123456\r\n")
    assert rows == [SheetRow(2, ("Name", "Mobile")), SheetRow(3, ("Sam, Smith", "07400 123456"))]


def test_rows_are_called_by_the_line_they_start_in() -> None:
    rows = rows_of('Name,Mobile\n"Sam\nSmith",1\n\nAda,2\r\nVic,3')
    assert [row.number for row in rows] == [1, 2, 4, 5, 6]
    assert rows[1].values == ("Sam\nSmith", "1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LIST + '"Ada,1\n' + LIST, "opens in line 3 and is not closed"),
        (LIST + '"Ada\nsecond",x,"open\n' + LIST, "opens in line 4 and is not closed"),
        (LIST + '"' + "x\n" * 200 + '",1\n', "opens in line 3 and is not closed"),
        (LIST + '"Ada" Smith,1\n', "In line 3 a quotation mark closes in the middle"),
        (LIST + '"', "opens in line 3 and is not closed"),
    ],
)
def test_a_quotation_that_does_not_end_is_refused_with_its_line(text: str, words: str) -> None:
    assert words in refusal_of(text)


def test_an_address_of_several_lines_is_one_cell() -> None:
    assert rows_of('Name,Address\nSam,"1 High St\nLeeds\nLS1"\n')[1].values == (
        "Sam",
        "1 High St\nLeeds\nLS1",
    )


def test_a_quotation_mark_within_a_value_is_itself() -> None:
    assert rows_of('Name,Size\nPipe,5"\n"say ""hi""",6\n')[1:] == [
        SheetRow(2, ("Pipe", '5"')),
        SheetRow(3, ('say "hi"', "6")),
    ]


def test_limits_are_said_with_their_place() -> None:
    assert "Row 2 has 201 columns; at most 200" in refusal_of("a,b\n" + "," * 200 + "x\n")
    assert "Row 2, column B holds 5,001 characters" in refusal_of("a,b\n1," + "x" * 5_001 + "\n")
    assert len(rows_of("a,b\n" + "," * 199 + "x\n")[1].values) == 200


def test_a_long_file_is_read_as_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(LIST + "Ada,07400 123457\n" * 50_000)
    with open_table(path) as table:
        rows = table.rows()
        assert next(rows).values == ("Sam", "07400 123456")
        assert table.facts.rows == 50_001


cells = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
tables = st.lists(st.lists(cells, min_size=2, max_size=5), min_size=1, max_size=8)


@settings(deadline=None)
@given(tables, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]))
def test_what_python_writes_reads_back(rows: list[list[str]], separator: str, line_end: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(rows)
    source = DelimitedSource.from_text(text.getvalue())
    source.separator = separator
    source.survey()
    assert [list(row.values) for row in source.rows()] == rows


anything = st.text(alphabet=st.sampled_from('ab0,;\t|"\n\r\0=\ufeff ')) | st.text()


@settings(deadline=None)
@given(anything)
def test_any_text_is_read_or_refused(text: str) -> None:
    source = DelimitedSource.from_text(text)
    try:
        survey = source.survey()
    except FileRefused:
        return
    rows = list(source.rows())
    assert survey.rows <= len(rows)
    assert all(row.is_blank for row in rows[survey.rows :])
    assert [row.number for row in rows] == sorted({row.number for row in rows})

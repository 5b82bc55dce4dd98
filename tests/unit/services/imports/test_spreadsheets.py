"""Values as a person sees them in the spreadsheet, through the real child process."""

import datetime
from pathlib import Path

import openpyxl
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import Table, TableCell, TableColumn, TableRow
from odf.text import P

from webapp.services.imports.formats import FileFormat
from webapp.services.imports.limits import FileRefused
from webapp.services.imports.rows import SheetRow
from webapp.services.imports.table import TableFacts, open_table


def read(path: Path, sheet: str | None = None) -> tuple[TableFacts, list[SheetRow]]:
    with open_table(path, filename=path.name, sheet=sheet) as table:
        rows = list(table.rows(after=0))
        assert rows == list(table.rows(after=0)), "a table can be read again"
        return table.facts, rows


@pytest.fixture
def book() -> openpyxl.Workbook:
    return openpyxl.Workbook()


def test_values_look_as_in_excel(book: openpyxl.Workbook, tmp_path: Path) -> None:
    sheet = book.active
    sheet.append(("Mobile", "Values"))
    for value, number_format in (
        (447400123456, None),
        (12.5, '"£"#,##0.00'),
        (0.125, "0.0%"),
        (True, None),
        (datetime.date(2026, 3, 14), "DD/MM/YYYY"),
        (datetime.datetime(2026, 3, 14, 9, 30), "DD/MM/YYYY HH:MM"),  # noqa: DTZ001 - as sheets are
        (datetime.time(9, 5), "HH:MM"),
        (datetime.timedelta(hours=30), "[h]:mm"),
        (0.1 + 0.2, None),
        (7400123456, "00000000000"),
        ("=HYPERLINK", None),
    ):
        sheet.append((447400123456, value))
        if number_format:
            sheet.cell(sheet.max_row, 2).number_format = number_format
    sheet.cell(sheet.max_row, 2).data_type = "s"
    book.save(tmp_path / "values.xlsx")
    facts, rows = read(tmp_path / "values.xlsx")
    assert facts.format is FileFormat.XLSX
    assert [row.values[1] for row in rows[1:]] == [
        "447400123456",
        "£12.50",
        "12.5%",
        "TRUE",
        "14/03/2026",
        "14/03/2026 09:30",
        "09:05",
        "30:00",
        "0.3",
        "07400123456",
        "=HYPERLINK",
    ]


def test_errors_and_formulas_without_a_result_are_problems_of_their_cell(
    book: openpyxl.Workbook, tmp_path: Path
) -> None:
    book.active.append(("Name", "Mobile"))
    book.active.append(("=A1", 447400123456))
    book.active.append(("#N/A", 447400123457))
    book.active["A3"].data_type = "e"
    book.save(tmp_path / "errors.xlsx")
    _, rows = read(tmp_path / "errors.xlsx")
    assert rows[1].problems == {
        0: "Column A holds a formula whose result was not saved. Open the file in a spreadsheet and save it."
    }
    assert rows[2].problems == {0: "Column A shows the error #N/A."}


def test_rows_and_columns_keep_their_places(book: openpyxl.Workbook, tmp_path: Path) -> None:
    book.active["B3"], book.active["C3"] = "Name", "Mobile"
    book.active["B4"], book.active["C4"] = "Sam", 447400123456
    book.active["C7"] = 447400123457
    book.active["Z50"].font = openpyxl.styles.Font(bold=True)
    book.save(tmp_path / "places.xlsx")
    facts, rows = read(tmp_path / "places.xlsx")
    assert (facts.guess.header_row, facts.rows) == (3, 4)
    assert [(row.number, row.values) for row in rows if not row.is_blank] == [
        (3, ("", "Name", "Mobile")),
        (4, ("", "Sam", "447400123456")),
        (7, ("", "", "447400123457")),
    ]
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6, 7]


def test_hidden_rows_and_sheets_are_left_out_and_hidden_columns_read_and_all_said(
    book: openpyxl.Workbook, tmp_path: Path
) -> None:
    for row in (("Name", "Mobile", "Secret"), ("Sam", 447400123456, "x"), ("Ada", 447400123457, "y")):
        book.active.append(row)
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["C"].hidden = True
    hidden = book.create_sheet("Old")
    hidden.sheet_state = "hidden"
    hidden.append(("Vic", 447400123458))
    book.save(tmp_path / "hidden.xlsx")
    facts, rows = read(tmp_path / "hidden.xlsx")
    assert [row.values for row in rows] == [("Name", "Mobile", "Secret"), ("Ada", "447400123457", "y")]
    assert facts.sheets == ("Sheet",)
    said = " ".join(facts.notes)
    assert "1 row hidden in the spreadsheet" in said
    assert "1 sheet (Old)" in said
    assert "Hidden in the spreadsheet, but read: column C." in said
    with pytest.raises(FileRefused, match="no sheet of that name"):
        read(tmp_path / "hidden.xlsx", sheet="Old")


def test_a_merged_value_stands_in_the_first_cell(book: openpyxl.Workbook, tmp_path: Path) -> None:
    book.active.append(("Mobile", "Ward"))
    book.active.append((447400123456, "North"))
    book.active.append((447400123457, None))
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "merged.xlsx")
    _, rows = read(tmp_path / "merged.xlsx")
    assert [row.values for row in rows[1:]] == [("447400123456", "North"), ("447400123457",)]


def test_the_first_sheet_with_anything_is_read_and_others_can_be_chosen(
    book: openpyxl.Workbook, tmp_path: Path
) -> None:
    book.create_sheet("Monday").append(("Mobile", 447400123456))
    book.create_sheet("Tuesday").append(("Mobile", 447400123457))
    book.save(tmp_path / "sheets.xlsx")
    facts, _ = read(tmp_path / "sheets.xlsx")
    assert (facts.sheet, facts.sheets) == ("Monday", ("Sheet", "Monday", "Tuesday"))
    assert "Read from sheet Monday. Also in the file: Sheet and Tuesday." in facts.notes
    facts, rows = read(tmp_path / "sheets.xlsx", sheet="Tuesday")
    assert (facts.sheet, rows[0].values) == ("Tuesday", ("Mobile", "447400123457"))


def test_an_empty_workbook_is_refused(book: openpyxl.Workbook, tmp_path: Path) -> None:
    book.save(tmp_path / "empty.xlsx")
    with pytest.raises(FileRefused, match="no visible sheet has anything in it"):
        read(tmp_path / "empty.xlsx")


def test_an_old_workbook_is_read_and_says_what_it_cannot_tell(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("One")
    sheet.write(0, 0, "Mobile")
    sheet.write(1, 0, 447400123456)
    sheet.write(1, 1, datetime.date(2026, 3, 14), xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    sheet.write(1, 2, True)
    book.save(str(tmp_path / "old.xls"))
    facts, rows = read(tmp_path / "old.xls")
    assert facts.format is FileFormat.XLS
    assert rows[1].values == ("447400123456", "14/03/2026", "TRUE")
    assert "does not tell which rows and columns are hidden" in " ".join(facts.notes)


def cell(text: str | None, **attributes: str) -> TableCell:
    made = TableCell(**attributes)
    if text is not None:
        made.addElement(P(text=text))
    return made


def row_of(*cells: TableCell, **attributes: str) -> TableRow:
    made = TableRow(**attributes)
    for each in cells:
        made.addElement(each)
    return made


def test_libreoffice_s_values_are_what_it_shows(tmp_path: Path) -> None:
    book = OpenDocumentSpreadsheet()
    invisible = Style(name="hidden", family="table")
    invisible.addElement(TableProperties(display="false"))
    book.automaticstyles.addElement(invisible)
    table = Table(name="One")
    table.addElement(TableColumn(numbercolumnsrepeated="2"))
    table.addElement(TableColumn(visibility="collapse"))
    heading = cell("Mobile", valuetype="string")
    table.addElement(row_of(heading, cell("Values", valuetype="string")))
    number = {"valuetype": "float", "value": "447400123456"}
    for shown in (
        cell("12.5%", valuetype="percentage", value="0.125"),
        cell("£12.50", valuetype="currency", currency="GBP", value="12.5"),
        cell("14 Mar 26", valuetype="date", datevalue="2026-03-14"),
        cell("WAHR", valuetype="boolean", booleanvalue="true"),
        cell("2", valuetype="float", value="2"),
        cell(None, formula="of:=1+1"),
    ):
        table.addElement(row_of(cell("4.474E+11", **number), shown))
    table.addElement(row_of(cell("gone", valuetype="string"), visibility="filter"))
    twice = row_of(cell("0740", valuetype="string", numbercolumnsrepeated="2"), numberrowsrepeated="2")
    table.addElement(twice)
    table.addElement(row_of(TableCell(numbercolumnsrepeated="16384"), numberrowsrepeated="1048000"))
    book.spreadsheet.addElement(table)
    old = Table(name="Old", stylename="hidden")
    old.addElement(row_of(cell("x", valuetype="string")))
    book.spreadsheet.addElement(old)
    book.save(str(tmp_path / "values.ods"))
    facts, rows = read(tmp_path / "values.ods")
    assert facts.sheets == ("One",)
    assert [row.values for row in rows[1:]] == [
        ("447400123456", "12.5%"),
        ("447400123456", "£12.50"),
        ("447400123456", "14 Mar 26"),
        ("447400123456", "WAHR"),
        ("447400123456", "2"),
        ("447400123456",),
        ("0740", "0740"),
        ("0740", "0740"),
    ]
    assert "formula whose result was not saved" in (rows[6].problems or {})[1]
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6, 7, 9, 10]
    assert "1 row hidden" in " ".join(facts.notes)
    assert "column C" in " ".join(facts.notes)

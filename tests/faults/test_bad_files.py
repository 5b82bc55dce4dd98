"""Files that go wrong: each gets a clear message; none takes long, much memory, or the process with it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults import bad_files

MOST_MEGABYTES = 150
MOST_SECONDS = 10
"""Of the processor; a busy machine may take longer."""
MOST_SECONDS_ON_THE_CLOCK = 60
ROOT = Path(__file__).parents[2]

Maker = Callable[[Path], object]


def text(content: str | bytes, encoding: str = "utf-8") -> Maker:
    octets = content if isinstance(content, bytes) else content.encode(encoding)
    return lambda path: path.write_bytes(octets)


def outcome_of(make: Maker, name: str, folder: Path) -> dict[str, Any]:
    """Open the file in a process that has nothing else to do, so that its memory is that of the import."""
    path = folder / "upload"
    make(path)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.open_file", str(path), name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS_ON_THE_CLOCK,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    outcome: dict[str, Any] = json.loads(done.stdout)
    assert outcome["peak_mb"] < MOST_MEGABYTES
    assert outcome["reader_peak_mb"] < MOST_MEGABYTES
    assert outcome["seconds"] < MOST_SECONDS
    return outcome


REFUSED: list[tuple[Maker, str, str]] = [
    (text(""), "list.csv", "The file is empty."),
    (text("\n\n ,,\n"), "list.csv", "The file is empty: no row has anything in it."),
    (text("Name,Mobile\n"), "list.csv", "headings, but no rows"),
    (bad_files.too_many_rows, "list.csv", "101,000 rows; at most 100,000"),
    (bad_files.too_many_rows_xlsx, "list.xlsx", "101,000 rows; at most 100,000"),
    (bad_files.too_large, "list.csv", "11.0 MB; at most 10 MB"),
    (bad_files.png, "list.csv", "a picture (PNG)"),
    (bad_files.png, "list.xlsx", "a picture (PNG)"),
    (text(b"\x00\x01\x02\x03" * 5_000), "list.csv", "it is not text"),
    (text("%PDF-1.7\n"), "list.csv", "a PDF document"),
    (text("<html><table><tr><td>07400 123456</td></tr></table></html>"), "list.xls", "a web page"),
    (bad_files.docx, "list.xlsx", "an archive or a document"),
    (bad_files.protected_xlsx, "list.xlsx", "protected by a password"),
    (bad_files.protected_ods, "list.ods", "protected by a password"),
    (bad_files.truncated_xlsx, "list.xlsx", "damaged"),
    (bad_files.not_xml_inside, "list.xlsx", "damaged"),
    (bad_files.truncated_xls, "list.xls", "old Office document without a workbook in it, or damaged"),
    (bad_files.bomb, "list.xlsx", "Unpacked, the file comes to 400 MB; at most 60 MB"),
    (bad_files.bomb_that_lies, "list.xlsx", "cannot be read"),
    (bad_files.sparse, "list.xlsx", "takes too much memory"),
    (bad_files.shared_text_bomb, "list.xlsx", "too"),
    (bad_files.entity_bomb, "list.xlsx", "damaged"),
    (bad_files.entity_bomb_ods, "list.ods", "cannot be read"),
    (bad_files.repeated_ods, "list.ods", "too much memory"),
    (bad_files.stray_cell_far_below, "list.xlsx", "1,048,575 rows; at most 100,000"),
    (bad_files.million_columns, "list.csv", "Line 1 has 1,000,001 columns; at most 200"),
    (bad_files.ten_million_columns, "list.csv", "columns; at most 200"),
    (bad_files.wide_xlsx, "list.xlsx", "more than 200 columns"),
    (bad_files.one_long_line, "list.csv", "no row of a list is that long"),
    (text("Name,Mobile\n" + "x" * 5_001 + ",07400 123456\n"), "list.csv", "Row 2, column A holds 5,001 char"),
    (bad_files.quote_open_at_the_end, "list.csv", "A quotation mark opens in line 5 and is not closed"),
    (bad_files.quote_open_for_long, "list.csv", "A quotation mark opens in line 5 and is not closed"),
    (bad_files.quote_that_swallows_a_row, "list.csv", "lines 3 to 4 a quotation mark closes in the middle"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "name", "words"), REFUSED)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    make: Maker, name: str, words: str, tmp_path: Path
) -> None:
    assert words in outcome_of(make, name, tmp_path).get("refused", "it was not refused")


def test_the_sparse_sheet_is_small(tmp_path: Path) -> None:
    bad_files.sparse(tmp_path / "sparse")
    assert (tmp_path / "sparse").stat().st_size < 4_600


def test_one_column_of_names_has_no_numbers(tmp_path: Path) -> None:
    outcome = outcome_of(text("Name\nSam\nAda\n"), "list.csv", tmp_path)
    assert "No column holds mobile numbers" in " ".join(outcome["notes"])


def test_two_number_columns_are_both_named(tmp_path: Path) -> None:
    content = "Name,Home phone,Mobile\nSam,0207 946 0958,07400 123456\nAda,0207 946 0959,07400 123457\n"
    outcome = outcome_of(text(content), "list.csv", tmp_path)
    assert outcome["number_columns"] == ["Mobile", "Home phone"]
    assert "More than one column holds numbers: Mobile and Home phone." in outcome["notes"]


def test_a_formula_without_a_result_is_an_error_of_its_row(tmp_path: Path) -> None:
    outcome = outcome_of(bad_files.formulas_without_values, "list.xlsx", tmp_path)
    assert outcome["verdicts"] == {"invalid": 1, "valid": 1}
    assert "formula whose result was not saved" in outcome["reasons"]["2"]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("cp1252", "Windows Western European (cp1252)"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-8-sig", "UTF-8"),
    ],
)
def test_encodings_are_found_and_said(encoding: str, said: str, tmp_path: Path) -> None:
    content = "Name,Mobile,Due\nZoë,07400 123456,£5\nRenée,07400 123457,£6\n"
    outcome = outcome_of(text(content, encoding), "list.csv", tmp_path)
    assert outcome["encoding"] == said
    assert outcome["first"][1] == ["Zoë", "07400 123456", "£5"]
    assert outcome["verdicts"] == {"valid": 2}


def test_mixed_line_ends_are_line_ends(tmp_path: Path) -> None:
    content = "Name,Mobile\r\nSam,07400 123456\rAda,07400 123457\nVic,07400 123458"
    assert outcome_of(text(content), "list.csv", tmp_path)["verdicts"] == {"valid": 3}


def test_zero_characters_are_dropped_and_said(tmp_path: Path) -> None:
    content = "Name,Mobile\n" + "Sam,07400 123456\n" * 20 + "Ada,07400\0 123457\n"
    outcome = outcome_of(text(content), "list.csv", tmp_path)
    assert outcome["verdicts"] == {"valid": 2, "duplicate": 19}
    assert "1 invisible zero character left out." in outcome["notes"]


def test_a_cell_that_starts_like_a_formula_is_text(tmp_path: Path) -> None:
    content = "Name,Mobile\n=HYPERLINK(1),07400 123456\n@SUM(1),=07400123457\n"
    outcome = outcome_of(text(content), "list.csv", tmp_path)
    assert outcome["first"][1] == ["=HYPERLINK(1)", "07400 123456"]
    assert outcome["verdicts"] == {"valid": 2}


def test_a_csv_with_another_name_is_read_as_what_it_is(tmp_path: Path) -> None:
    outcome = outcome_of(text("Name,Mobile\nSam,07400 123456\n"), "list.xlsx", tmp_path)
    assert outcome["format"] == "CSV"
    assert "The name ends in .xlsx, but it is a CSV file and was read as that." in outcome["notes"]


def test_a_spreadsheet_with_another_name_is_read_as_what_it_is(tmp_path: Path) -> None:
    outcome = outcome_of(bad_files.good_xlsx, "list.csv", tmp_path)
    assert (outcome["format"], outcome["verdicts"]) == ("XLSX", {"valid": 1})

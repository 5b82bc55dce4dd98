"""Files that go wrong, made for real: each function writes one to a path."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import openpyxl
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

HEAD = "Name,Mobile\n"
ROW = "Sam,07400 123456\n"

_CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_R = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELS = f'<Relationships xmlns="{_PACKAGE_R}"><Relationship Id="rId1" Type="{_R}/'
_WORKBOOK = (
    f'<workbook {_NS} xmlns:r="{_R}"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def xlsx_of(path: Path, sheet_data: str | Iterable[bytes], *, before: str = "", strings: str = "") -> None:
    """Zip a workbook of one sheet together; `sheet_data` is what stands inside <sheetData>."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        archive.writestr("_rels/.rels", f'{_RELS}officeDocument" Target="xl/workbook.xml"/></Relationships>')
        archive.writestr("xl/workbook.xml", _WORKBOOK)
        more = f'<Relationship Id="rId2" Type="{_R}/sharedStrings" Target="sharedStrings.xml"/>'
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{_RELS}worksheet" Target="worksheets/sheet1.xml"/>{more if strings else ""}</Relationships>',
        )
        if strings:
            archive.writestr("xl/sharedStrings.xml", f"<sst {_NS}>{strings}</sst>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            file.write(f"{before}<worksheet {_NS}><sheetData>".encode())
            for chunk in [sheet_data.encode()] if isinstance(sheet_data, str) else sheet_data:
                file.write(chunk)
            file.write(b"</sheetData></worksheet>")


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def sparse(path: Path) -> None:
    """Two cells in the far corners: 17 thousand million cells to whoever fills the space between."""
    last = cell("XFD1048576", "end")
    xlsx_of(path, f'<row r="1">{cell("A1", "Mobile")}</row><row r="1048576">{last}</row>')


def stray_cell_far_below(path: Path) -> None:
    xlsx_of(path, f'<row r="1">{cell("A1", "Mobile")}</row><row r="1048576">{cell("A1048576", "x")}</row>')


def bomb(path: Path) -> None:
    xlsx_of(path, (b" " * 1_000_000 for _ in range(400)))


def bomb_that_lies(path: Path) -> None:
    """The directory says that the sheet has a thousand bytes."""
    bomb(path)
    content = bytearray(path.read_bytes())
    name = b"xl/worksheets/sheet1.xml"
    entry = content.rfind(b"PK\x01\x02", 0, content.rfind(name))
    content[entry + 24 : entry + 28] = struct.pack("<I", 1_000)
    path.write_bytes(content)


def shared_text_bomb(path: Path) -> None:
    """One long text in the file, a hundred thousand times in the sheet."""
    rows = (b'<row><c t="s"><v>0</v></c></row>' for _ in range(99_000))
    xlsx_of(path, rows, strings=f"<si><t>{'x' * 4_900}</t></si>")


def entity_bomb(path: Path) -> None:
    """Ten entities of ten of the one before."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    before = f'<!DOCTYPE worksheet [<!ENTITY l0 "ha">{laughs}]>'
    xlsx_of(
        path, '<row r="1" hidden="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>', before=before
    )


def truncated_xlsx(path: Path) -> None:
    good_xlsx(path)
    path.write_bytes(path.read_bytes()[:-200])


def not_xml_inside(path: Path) -> None:
    xlsx_of(path, '<row r="1"><c r="A1"><v>1</v></row>')


def good_xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(("Name", "Mobile"))
    book.active.append(("Sam", 447400123456))
    book.save(path)


def protected_xlsx(path: Path) -> None:
    plain = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(("Name", "Mobile"))
    book.save(plain)
    with path.open("wb") as file:
        OOXMLFile(plain).encrypt("secret", file)


def formulas_without_values(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(("Name", "Mobile"))
    book.active.append(("Sam", '="07400 " & 123456'))
    book.active.append(("Ada", "07400 123457"))
    book.save(path)


def wide_xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["x"] * 5_000)
    book.save(path)


def truncated_xls(path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("One")
    for row in range(500):
        sheet.write(row, 0, f"Person {row}")
    book.save(str(path))
    path.write_bytes(path.read_bytes()[:9_000])


def docx(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")


def png(path: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\xff\xff")
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def too_many_rows(path: Path) -> None:
    path.write_text(HEAD + ROW * 101_000)


def too_many_rows_xlsx(path: Path) -> None:
    rows = (f"<row>{cell(f'A{at}', '07400 123456')}</row>".encode() for at in range(1, 101_001))
    xlsx_of(path, rows)


def too_large(path: Path) -> None:
    path.write_text(HEAD + ROW * (11 * 1024 * 1024 // len(ROW)))


def million_columns(path: Path) -> None:
    path.write_text("07400 123456" + "," * 1_000_000 + "\n")


def ten_million_columns(path: Path) -> None:
    path.write_text("," * (10 * 1024 * 1024 - 10) + "x\n")


def one_long_line(path: Path) -> None:
    path.write_text("x" * (10 * 1024 * 1024 - 10))


def quote_open_at_the_end(path: Path) -> None:
    path.write_text(HEAD + ROW * 3 + '"Ada,07400 123457\n' + ROW * 20)


def quote_open_for_long(path: Path) -> None:
    path.write_text(
        HEAD + ROW + '"Ada\nand Vic",07400 123458\nX,"open,07400 123457\n' + ROW * 50_000 + '"Z",0740\n'
    )


def quote_that_swallows_a_row(path: Path) -> None:
    path.write_text(HEAD + ROW + '"Ada,07400 123457\n"Vic",07400 123458\n')


def entity_bomb_ods(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        archive.writestr("content.xml", f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l9;</x>')


def protected_ods(path: Path) -> None:
    """As LibreOffice does it: the content is scrambled, and the manifest says how."""
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", bytes(range(256)))
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{space}"><manifest:file-entry '
            'manifest:full-path="content.xml" manifest:media-type="text/xml">'
            '<manifest:encryption-data manifest:checksum="x"/></manifest:file-entry></manifest:manifest>',
        )


def repeated_ods(path: Path) -> None:
    """A cell that says it stands there a million times sixteen thousand."""
    book = OpenDocumentSpreadsheet()
    table = Table(name="One")
    row = TableRow(numberrowsrepeated="1048576")
    filled = TableCell(valuetype="string", numbercolumnsrepeated="16384")
    filled.addElement(P(text="x"))
    row.addElement(filled)
    table.addElement(row)
    book.spreadsheet.addElement(table)
    book.save(str(path))

"""What a file is, told by its content; its name is only compared with that."""

import zipfile
from enum import StrEnum
from pathlib import Path

from .limits import MAX_FILE_BYTES, MAX_UNPACKED_BYTES, FileRefused


class FileFormat(StrEnum):
    """The formats a list can come in."""

    PASTED = "pasted text"
    CSV = "CSV"
    TSV = "TSV"
    XLSX = "XLSX"
    XLSM = "XLSM"
    XLS = "XLS"
    ODS = "ODS"


TEXT_FORMATS = frozenset({FileFormat.PASTED, FileFormat.CSV, FileFormat.TSV})

_HEAD_BYTES = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"RIFF", "a picture or a recording"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"Rar!", "an archive (RAR)"),
    (b"7z\xbc\xaf", "an archive (7-Zip)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
)
_MARKUP = (
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"<?xml", "an XML file"),
)
_SAVE_AGAIN = "Save it as CSV or XLSX and upload it again."


def recognise(path: Path) -> FileFormat:
    """Return what the file is; raises FileRefused if it is nothing that holds a list."""
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise FileRefused(
            f"The file has {size / 1024 / 1024:.1f} MB; at most {MAX_FILE_BYTES // 1024 // 1024} MB can be "
            "read. Split it into several files, or save only the columns you need."
        )
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise FileRefused("The file is empty.")
    if head.startswith(b"PK"):
        return _zipped_format(path)
    if head.startswith(_OLE):
        return _ole_format(path)
    _refuse_foreign(head)
    return FileFormat.CSV


def name_mismatch(found: FileFormat, filename: str) -> str | None:
    """Say that a file's name promises something else than what it is; None if it doesn't."""
    suffix = Path(filename).suffix.lower().removeprefix(".")
    if found in TEXT_FORMATS:
        promised = suffix in {"", "csv", "tsv", "tab", "txt", "text", "asc", "prn"}
    else:
        promised = suffix in {"", found.lower()}
    if promised:
        return None
    return f"The name ends in .{suffix}, but it is {_article(found)} file and was read as that."


def _article(found: FileFormat) -> str:
    return f"a {found}" if found in TEXT_FORMATS else f"an {found}"


def _refuse_foreign(head: bytes) -> None:
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise FileRefused(f"The file is {what}, not a list. Upload a CSV file or a spreadsheet.")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, what in _MARKUP:
        if start.startswith(magic):
            raise FileRefused(
                f"The file is {what}, whatever its name says. Open it in a spreadsheet. {_SAVE_AGAIN}"
            )


def _zipped_format(path: Path) -> FileFormat:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            kind = _kind_of(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError) as error:
        raise FileRefused(f"The file is damaged: it cannot be unpacked. {_SAVE_AGAIN}") from error
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise FileRefused(
            f"Unpacked, the file comes to {unpacked // 1_000_000:,} MB; at most "
            f"{MAX_UNPACKED_BYTES // 1_000_000} MB can be read. "
            "Save only the columns you need, or save it as CSV."
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise FileRefused(f"The file is protected by a password. {_UNPROTECT}")
    if kind is None:
        raise FileRefused(
            "The file is an archive or a document, not a list. Upload a CSV file or a spreadsheet."
        )
    return kind


def _kind_of(archive: zipfile.ZipFile) -> FileFormat | None:
    names = set(archive.namelist())
    if "mimetype" in names and "content.xml" in names:
        with archive.open("mimetype") as file:
            kind = file.read(100).strip()
        return FileFormat.ODS if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet") else None
    if "xl/workbook.xml" in names:
        return FileFormat.XLSM if "xl/vbaProject.bin" in names else FileFormat.XLSX
    if "xl/workbook.bin" in names:
        raise FileRefused(f"The file is a binary workbook (XLSB), which cannot be read. {_SAVE_AGAIN}")
    return None


_UNPROTECT = "Open it in the spreadsheet, take the password off, save it and upload it again."


def _ole_format(path: Path) -> FileFormat:
    """An OLE container is an old XLS, a new spreadsheet under a password, or another Office document."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRefused(f"The file is protected by a password. {_UNPROTECT}")
    if "Workbook".encode("utf-16-le") in content or "Book\0".encode("utf-16-le") in content:
        return FileFormat.XLS
    raise FileRefused(
        "The file is an old Office document without a workbook in it, or damaged. "
        "Upload a CSV file or a spreadsheet."
    )

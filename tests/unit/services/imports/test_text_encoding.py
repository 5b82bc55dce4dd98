from pathlib import Path

import pytest

from webapp.services.imports.limits import FileRefused
from webapp.services.imports.text_encoding import UTF_8, detect_encoding

BRITISH = "Name,Mobile,Due\nZoë,07400123456,£5\nJosé,07400123457,£6 – it’s due\n"


def detected(octets: bytes, folder: Path) -> tuple[str, bool]:
    path = folder / "list.csv"
    path.write_bytes(octets)
    encoding = detect_encoding(path)
    assert octets.decode(encoding.codec)
    return encoding.codec, encoding.guessed


@pytest.mark.parametrize(
    "text",
    [BRITISH, "Mobile,Due\n07400123456,£5\n", "Mobile,Text\n07400123456,it’s due\n", "Name\nRenée\n"],
)
def test_a_few_letters_of_windows_are_western_european(text: str, tmp_path: Path) -> None:
    assert detected(text.encode("cp1252"), tmp_path) == ("cp1252", True)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (
            "Imię,Telefon\n" + "Łukasz Wiśniewski,07400123456\nŻaneta Dąbrowska ze Śląska,0740\n" * 20,
            "cp1250",
        ),
        ("Имя,Телефон\n" + "Иван Петров,07400123456\nМария Иванова,0740\n" * 20, "cp1251"),
    ],
)
def test_other_alphabets_are_told_by_their_letters(text: str, codec: str, tmp_path: Path) -> None:
    assert detected(text.encode(codec), tmp_path) == (codec, True)


@pytest.mark.parametrize(
    ("codec", "found"),
    [("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32"), ("utf-8", "utf-8")],
)
def test_marks_and_valid_utf_8_are_no_guess(codec: str, found: str, tmp_path: Path) -> None:
    assert detected(BRITISH.encode(codec), tmp_path) == (found, False)


def test_a_letter_behind_the_sample_decides_against_utf_8(tmp_path: Path) -> None:
    octets = b"Sam,07400123456\n" * 5_000 + "Zoë".encode("cp1252")
    assert detected(octets, tmp_path) == ("cp1252", True)


def test_plain_digits_are_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"07400123456\n")
    assert detect_encoding(path) == UTF_8


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(bytes(range(256)) * 100)
    with pytest.raises(FileRefused, match="it is not text"):
        detect_encoding(path)

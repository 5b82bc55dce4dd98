from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.datastructures import FileStorage

from tests.faults import bad_files
from tests.faults.lists import csv_of, number, people
from tests.pages.batch_steps import MIXED, a_list, figures, paste, post_files, upload
from tests.pages.conftest import form_data
from tests.pages.page import ReadPage
from webapp.config import Settings
from webapp.sandbox import Sandbox
from webapp.worker import Worker

Maker = Callable[[Path], object]
ROWS_AT_ONCE, ROWS_FOR_THE_WORKER = 1_000, 1_002


def made(make: Maker, folder: Path) -> bytes:
    path = folder / "made"
    make(path)
    return path.read_bytes()


def text(content: str, encoding: str = "utf-8") -> Maker:
    return lambda path: path.write_bytes(content.encode(encoding))


def private_files(settings: Settings) -> list[Path]:
    return [path for path in settings.uploads.glob("*") if path.is_file()]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_text_file_becomes_a_list(sam: FlaskClient, separator: str) -> None:
    content = csv_of(people(3)).decode().replace(",", separator)
    page = ReadPage(sam.get(f"{a_list(sam, content)}/edit"))
    assert figures(page) == {"will get the text": 3, "rows in the list": 3}
    assert page.value("number_column") or page.soup.select_one("#number_column option[selected]")


def test_a_spreadsheet_becomes_a_list(sam: FlaskClient, tmp_path: Path) -> None:
    page = ReadPage(sam.get(f"{a_list(sam, made(bad_files.good_xlsx, tmp_path), 'clinic.xlsx')}/edit"))
    assert figures(page) == {"will get the text": 1, "rows in the list": 1}
    assert "XLSX" in page.text


def test_pasted_numbers_become_a_list(sam: FlaskClient) -> None:
    response = paste(sam, "07400 123456, +44 7400 123457\n(07400) 123458")
    page = ReadPage(sam.get(response.location))
    assert figures(page) == {"will get the text": 3, "rows in the list": 3}
    assert page.heading() == "Pasted list"
    assert "Everybody gets the same text: the list has numbers and nothing else." in page.text


def test_the_private_file_is_nobody_elses_to_read(sam: FlaskClient, settings: Settings) -> None:
    a_list(sam)
    (kept,) = private_files(settings)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_nothing_chosen_is_said_beside_the_field(sam: FlaskClient, settings: Settings) -> None:
    page = ReadPage(upload(sam, b"", ""))
    assert (page.status, page.errors()) == (422, ["Choose a file, or paste the numbers."])
    assert private_files(settings) == []


def test_a_file_and_a_pasted_list_are_one_too_many(sam: FlaskClient, settings: Settings) -> None:
    file = FileStorage(BytesIO(csv_of(people(1))), "clinic.csv")
    page = ReadPage(post_files(sam, {"file": file, "recipients": "07400 123456"}))
    assert page.status == 422
    assert "You chose a file too" in page.errors()[0]
    assert page.value("recipients") == "07400 123456"
    assert private_files(settings) == []


def test_an_eleven_megabyte_file_is_refused_beside_the_field(
    sam: FlaskClient, tmp_path: Path, settings: Settings
) -> None:
    page = ReadPage(upload(sam, made(bad_files.too_large, tmp_path)))
    assert page.status == 422
    assert "11.0 MB; at most 10 MB" in page.errors()[0]
    assert private_files(settings) == []


def test_a_thirteen_megabyte_file_gets_a_page_that_says_how_much_is_allowed(sam: FlaskClient) -> None:
    page = ReadPage(upload(sam, b"x" * (13 * 1024 * 1024)))
    assert page.status == 413
    assert "10 MB" in page.text
    assert "Nothing was sent or charged" in page.text
    assert page.soup.select_one('main a[href="/batches/new"]') is not None


def test_only_the_upload_may_be_large(sam: FlaskClient) -> None:
    url = a_list(sam)
    for path in (f"{url}/edit", f"{url}/columns", "/compose/new"):
        assert sam.post(path, data={"content": "x" * 2_000_000}).status_code == 413, path


# The "Bad files" of the plan, each through the form. Some are refused, some read with a word about them.
REFUSED: list[tuple[Maker, str, str]] = [
    (text(""), "list.csv", "The file is empty."),
    (text("Name,Mobile\n"), "list.csv", "headings, but no rows"),
    (bad_files.too_many_rows, "list.csv", "101,000 rows; at most 100,000"),
    (bad_files.png, "list.csv", "a picture (PNG)"),
    (bad_files.protected_xlsx, "list.xlsx", "protected by a password"),
    (bad_files.bomb, "list.xlsx", "Unpacked, the file comes to 400 MB; at most 60 MB"),
    (bad_files.sparse, "list.xlsx", "takes too much memory"),
    (bad_files.quote_open_at_the_end, "list.csv", "A quotation mark opens in line 5 and is not closed"),
    (bad_files.million_columns, "list.csv", "Line 1 has 1,000,001 columns; at most 200"),
]
READ: list[tuple[Maker, str, str, int]] = [
    (text("Name\nSam\nAda\n"), "list.csv", "No column holds mobile numbers", 0),
    (
        text("Name,Home,Mobile\nSam,0207 946 0958,07400 123456\nAda,0207 946 0959,07400 123457\n"),
        "list.csv",
        "More than one column holds numbers",
        2,
    ),
    (bad_files.formulas_without_values, "list.xlsx", "not a mobile number", 1),
    (text("Name,Mobile\nZoë,07400 123456\n", "cp1252"), "list.csv", "cp1252", 1),
    (text("Name,Mobile\nZoë,07400 123456\n", "utf-16"), "list.csv", "UTF-16", 1),
    (text("Name,Mobile\r\nSam,07400 123456\rAda,07400 123457\nVic,07400 123458"), "list.csv", "CSV", 3),
    (text("Name,Mobile\n=HYPERLINK(1),07400 123456\n"), "list.csv", "CSV", 1),
]


@pytest.mark.parametrize(("make", "name", "words"), REFUSED, ids=[each[2][:30] for each in REFUSED])
def test_a_file_that_cannot_be_read_says_why_and_leads_on(
    sam: FlaskClient,
    worker: Worker,
    db: Database,
    tmp_path: Path,
    make: Maker,
    name: str,
    words: str,
) -> None:
    url = a_list(sam, made(make, tmp_path), name)
    worker.round(db)
    page = ReadPage(sam.get(f"{url}/edit"))
    (alert,) = [alert for alert in page.alerts() if "could not be read" in alert]
    assert words in alert
    assert "Nothing was sent" in alert
    assert page.soup.select_one('main .alert a[href="/batches/new"]') is not None
    assert "Check and send…" not in page.buttons()
    assert "File not readable" in ReadPage(sam.get("/batches")).text


@pytest.mark.parametrize(("make", "name", "words", "good"), READ, ids=[each[2][:30] for each in READ])
def test_an_odd_file_is_read_and_says_how(
    sam: FlaskClient, tmp_path: Path, make: Maker, name: str, words: str, good: int
) -> None:
    page = ReadPage(sam.get(f"{a_list(sam, made(make, tmp_path), name)}/edit"))
    assert words in page.text
    assert figures(page).get("will get the text", 0) == good


def test_a_refused_file_can_be_discarded(sam: FlaskClient, settings: Settings) -> None:
    url = a_list(sam, "")
    assert sam.post(f"{url}/discard").location == "/batches"
    assert private_files(settings) == []
    assert sam.get(f"{url}/edit").status_code == 404


def test_a_long_list_is_read_by_the_worker_and_shows_how_far_it_is(
    sam: FlaskClient, worker: Worker, db: Database
) -> None:
    url = a_list(sam, ROWS_FOR_THE_WORKER)
    waiting = ReadPage(sam.get(f"{url}/edit"))
    assert waiting.soup.select_one("progress") is not None
    poll = waiting.soup.select_one("#batch_list[hx-get]")
    assert poll is not None
    assert any("background program has stopped" in alert for alert in waiting.alerts())
    worker.round(db)
    fragment = ReadPage(sam.get(str(poll["hx-get"]), headers={"HX-Request": "true"}), whole=False)
    assert figures(fragment)["rows in the list"] == ROWS_FOR_THE_WORKER
    assert fragment.soup.select_one("[hx-get]") is None, "it goes on polling"
    assert fragment.soup.select_one("#batch_form") is not None, "the text cannot be written"


def test_a_list_of_a_thousand_is_read_at_once(sam: FlaskClient) -> None:
    page = ReadPage(sam.get(f"{a_list(sam, ROWS_AT_ONCE)}/edit"))
    assert figures(page)["rows in the list"] == ROWS_AT_ONCE


def test_a_long_list_polled_before_anything_happened_gets_no_answer(sam: FlaskClient) -> None:
    url = a_list(sam, ROWS_FOR_THE_WORKER)
    poll = ReadPage(sam.get(f"{url}/edit")).soup.select_one("#batch_list[hx-get]")
    assert poll is not None
    assert sam.get(str(poll["hx-get"]), headers={"HX-Request": "true"}).status_code == 204


def test_the_sample_file_is_a_list_itself(sam: FlaskClient) -> None:
    sample = sam.get("/batches/sample.csv")
    assert "attachment" in sample.headers["Content-Disposition"]
    page = ReadPage(sam.get(f"{a_list(sam, sample.data)}/edit"))
    assert figures(page) == {"will get the text": 3, "rows in the list": 3}


TEN_AND_MORE = "\n".join(number(position) for position in range(12))


def test_too_many_numbers_for_compose_become_a_batch_with_all_that_was_typed(
    sam: FlaskClient, sandbox: Sandbox
) -> None:
    typed = form_data(recipients=TEN_AND_MORE, content="See you at ten", sender="447400123400", tag="spring")
    typed |= {"when": "later", "date": "2027-01-04", "time": "09:00"}
    refused = ReadPage(sam.post("/compose/new", data=typed))
    assert refused.status == 422
    button = refused.soup.select_one("button[formaction]")
    assert button is not None
    response = sam.post(str(button["formaction"]), data=typed)
    page = ReadPage(sam.get(response.location))
    assert figures(page)["will get the text"] == 12
    assert page.value("content") == "See you at ten"
    assert page.soup.select_one('#sender option[selected][value="447400123400"]') is not None
    assert page.soup.select_one('[name="when"][value="later"][checked]') is not None
    assert (page.value("date"), page.value("time"), page.value("tag")) == ("2027-01-04", "09:00", "spring")
    assert sandbox.accepted() == ()


def test_what_a_batch_cannot_have_is_said_to_be_left_behind(sam: FlaskClient) -> None:
    typed = form_data(recipients=TEN_AND_MORE, when="flash", response_emails="sam@example.org")
    typed |= {"metadata-0-key": "case", "metadata-0-value": "17"}
    page = ReadPage(sam.get(sam.post("/batches/new", data=typed).location))
    assert any("flash texts, e-mailed replies and metadata" in alert for alert in page.alerts())
    assert page.soup.select_one('[name="when"][value="now"][checked]') is not None


def test_the_import_report_adds_up_to_the_rows_in_the_file(sam: FlaskClient) -> None:
    shown = figures(ReadPage(sam.get(f"{a_list(sam, MIXED)}/edit")))
    total = shown.pop("rows in the list")
    assert total == MIXED.count("\n") - 1
    assert sum(shown.values()) == total
    assert shown["will get the text"] == 3

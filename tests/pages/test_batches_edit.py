import csv
import io
from datetime import UTC, datetime

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.faults.lists import number
from tests.pages.batch_steps import MIXED, PERSONAL, TEXT, a_list, figures, write
from tests.pages.page import ReadPage
from webapp.config import Settings
from webapp.sandbox import Sandbox
from webapp.store import batches
from webapp.store.batches import BatchState
from webapp.worker import Worker

LATER = {"when": "later", "date": "2026-12-07", "time": "09:00"}


def edit(client: FlaskClient, url: str) -> ReadPage:
    return ReadPage(client.get(f"{url}/edit"))


def problems(client: FlaskClient, url: str) -> list[list[str]]:
    answer = client.get(f"{url}/problems.csv")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_another_number_column_can_be_chosen(sam: FlaskClient) -> None:
    url = a_list(sam, "Name,Home,Mobile\nSam,0161 496 0000,07400 123456\nAda,0161 496 0001,07400 123457\n")
    assert figures(edit(sam, url))["will get the text"] == 2
    sam.post(f"{url}/columns", data={"number_column": "1", "header_row": "1", "sheet": ""})
    page = edit(sam, url)
    assert figures(page) == {"not a mobile number": 2, "rows in the list": 2}
    assert page.soup.select_one('#number_column option[selected][value="1"]') is not None


def test_that_there_are_no_headings_can_be_said(sam: FlaskClient) -> None:
    url = a_list(sam, "Name,Mobile\nSam,07400 123456\n")
    sam.post(f"{url}/columns", data={"number_column": "1", "header_row": "0", "sheet": ""})
    page = edit(sam, url)
    assert figures(page) == {"will get the text": 1, "not a mobile number": 1, "rows in the list": 2}
    assert page.soup.select_one('#header_row option[selected][value="0"]') is not None


def two_sheets() -> bytes:
    book, kept = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Monday"
    book.active.append(("Name", "Mobile"))
    book.active.append(("Sam", "07400 123456"))
    other = book.create_sheet("Tuesday")
    for row in (("Clinic list",), ("Mobile", "Name"), ("07400 123457", "Ada"), ("07400 123458", "Vic")):
        other.append(row)
    book.save(kept)
    return kept.getvalue()


def test_another_sheet_is_read_from_the_start(sam: FlaskClient) -> None:
    """What was found out about the first sheet says nothing about the second."""
    url = a_list(sam, two_sheets(), "clinic.xlsx")
    sam.post(f"{url}/columns", data={"number_column": "1", "header_row": "1", "sheet": "Tuesday"})
    page = edit(sam, url)
    assert page.soup.select_one('#sheet option[selected][value="Tuesday"]') is not None
    assert figures(page)["will get the text"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"number_column": "99", "header_row": "1", "sheet": ""},
        {"number_column": "x", "header_row": "", "sheet": ""},
        {"number_column": "1", "header_row": "77", "sheet": ""},
    ],
)
def test_a_column_that_is_not_there_is_refused_beside_its_field(
    sam: FlaskClient, wrong: dict[str, str]
) -> None:
    url = a_list(sam)
    page = ReadPage(sam.post(f"{url}/columns", data=wrong))
    assert page.status == 422
    assert page.errors()
    assert page.soup.select_one("#columns[open]") is not None


def test_every_bad_row_can_be_downloaded_with_the_reason(sam: FlaskClient) -> None:
    url = a_list(sam, MIXED)
    header, *rows = problems(sam, url)
    assert header == ["Name", "Mobile", "Ward", "Row", "Why it gets no text"]
    shown = figures(edit(sam, url))
    assert len(rows) == shown["rows in the list"] - shown["will get the text"]
    assert all(row[4] for row in rows)
    by_name = {row[0]: row for row in rows}
    assert by_name["Ada again"][3] == "4"
    assert "row 2" in by_name["Ada again"][4]
    assert "4.474E+11" in " ".join(by_name["Excel"])


def test_what_was_downloaded_and_put_right_can_be_uploaded_again(sam: FlaskClient) -> None:
    content = sam.get(f"{a_list(sam, MIXED)}/problems.csv").data.replace(b"0161 496 0000", b"07400 123499")
    assert figures(edit(sam, a_list(sam, content)))["will get the text"] >= 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Dear ((surname)), hello", "No column for ((surname))"),
        ("Dear ((name, hello", "opens a placeholder that is not closed"),
        ("Dear (()), hello", "A placeholder has no name"),
        ("((name))", "Write something besides the placeholders"),
        ("", "Write the text of the message"),
        ("   \n ", "Write the text of the message"),
        ("x" * 1281, "1,281 characters; 1,280 can be sent"),
        ("A\x07B", "control character"),
    ],
)
def test_a_text_that_cannot_go_is_refused_beside_it_and_kept(
    sam: FlaskClient, content: str, words: str
) -> None:
    url = a_list(sam)
    page = ReadPage(write(sam, url, content))
    assert page.status == 422
    assert any(words in error for error in page.errors()), page.errors()
    assert page.value("content") == content
    assert any("Nothing was sent" in alert for alert in page.alerts())


def test_a_script_in_text_list_and_name_is_shown_and_not_run(sam: FlaskClient) -> None:
    script = "<script>alert(1)</script>"
    url = a_list(sam, f"{script},Mobile\n{script},07400 123456\n{script},nobody\n", f"{script}.csv")
    write(sam, url, f"{script} (({script}))")
    for path in ("edit", "check", "rows?verdict=invalid"):
        page = ReadPage(sam.get(f"{url}/{path}"))
        assert page.status == 200
        assert script in page.text


@pytest.mark.parametrize("spelling", ["((name))", "((NAME))", "(( n_a m e ))"])
def test_the_preview_shows_the_first_people_of_the_list(sam: FlaskClient, spelling: str) -> None:
    url = a_list(sam, 5)
    data = {"content": f"Dear {spelling}, hello", "intent": "preview"}
    answer = sam.post(f"{url}/edit", data=data, headers={"HX-Request": "true"})
    fragment = ReadPage(answer, whole=False)
    assert fragment.soup.select_one("#batch_preview") is not None
    assert fragment.soup.select_one("h1") is None
    assert [each.get_text() for each in fragment.soup.select(".bubble-text")] == [
        f"Dear Name {position}, hello" for position in range(3)
    ]


def test_the_preview_of_half_a_placeholder_says_so_and_does_not_break(sam: FlaskClient) -> None:
    url = a_list(sam)
    answer = sam.post(f"{url}/edit", data={"content": "Dear ((na", "intent": "preview"})
    page = ReadPage(answer)
    assert page.status == 200
    assert any("not closed" in error for error in page.errors())


def test_the_length_shown_is_that_of_whoever_takes_most_segments(sam: FlaskClient) -> None:
    url = a_list(sam, f"Name,Mobile\nMaximilian,{number(1)}\nZoë,{number(2)}\n")
    text = "Dear ((name)), your flu jab is on Tuesday at 10:30. Please come in short sleeves."
    page = ReadPage(sam.post(f"{url}/edit", data={"content": text, "intent": "preview"}))
    segments = page.soup.select_one(".counter-figures dd")
    assert segments is not None
    assert segments.get_text() == "2"
    assert "In the columns of the list stand characters that make the text dearer" in page.text


def test_costly_characters_are_named_and_swapped_for_everybody(sam: FlaskClient) -> None:
    url = a_list(sam)
    page = ReadPage(sam.post(f"{url}/edit", data={"content": "It’s ((name))", "intent": "preview"}))
    assert "curly apostrophe" in page.text
    page = ReadPage(write(sam, url, "It’s ((name))", intent="plain"))
    assert page.value("content") == "It's ((name))"
    assert "curly apostrophe" not in page.text


def test_a_missing_value_is_found_when_the_text_is_counted(sam: FlaskClient) -> None:
    url = a_list(sam, "name,mobile\nSam,07400 123456\n,07400 123457\n")
    write(sam, url, PERSONAL)
    page = ReadPage(sam.get(f"{url}/check"))
    assert "1 person" in page.text
    assert "nothing to put in for a placeholder" in page.text


def test_a_personal_text_that_becomes_too_long_is_found_when_it_is_counted(sam: FlaskClient) -> None:
    url = a_list(sam, f"name,mobile\nSam,07400 123456\n{'x' * 1300},07400 123457\n")
    write(sam, url, PERSONAL)
    assert "the text would be too long" in ReadPage(sam.get(f"{url}/check")).text


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"when": "later", "date": "", "time": ""}, "Choose the day"),
        ({"when": "later", "date": "2026-10-19", "time": "09:00"}, "has passed"),
        ({"when": "later", "date": "2027-03-28", "time": "01:30"}, "clock"),
    ],
)
def test_a_time_that_cannot_be_is_refused(sam: FlaskClient, typed: dict[str, str], words: str) -> None:
    page = ReadPage(write(sam, a_list(sam), **typed))
    assert page.status == 422
    assert any(words in error for error in page.errors()), page.errors()


@pytest.mark.usefixtures("october")
def test_a_quick_pick_fills_in_the_time_and_keeps_the_text(sam: FlaskClient) -> None:
    page = ReadPage(write(sam, a_list(sam), intent="pick-1"))
    assert (page.value("date"), page.value("time")) == ("2026-10-21", "09:00")
    assert page.value("content") == TEXT


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("text", "holding", "words"),
    [
        (TEXT, "textdesk", "The provider keeps them until then, even if Textdesk is off"),
        (PERSONAL, "textdesk", "Textdesk keeps them until then, and must be running"),
        (PERSONAL, "provider", "scheduled one by one"),
    ],
)
def test_the_check_page_says_who_keeps_the_texts_until_their_time(
    sam: FlaskClient, text: str, holding: str, words: str
) -> None:
    url = a_list(sam)
    write(sam, url, text, holding=holding, **LATER)
    page = ReadPage(sam.get(f"{url}/check"))
    assert words in page.text
    assert "Mon 7 Dec 2026, 09:00" in page.text
    assert any(button.startswith("Schedule 3 texts") for button in page.buttons())


@pytest.mark.usefixtures("october")
def test_more_than_five_hundred_are_not_scheduled_one_by_one(sam: FlaskClient) -> None:
    url = a_list(sam, 501)
    page = ReadPage(write(sam, url, PERSONAL, holding="provider", **LATER))
    assert page.status == 422
    assert any("up to 500 at a time" in error for error in page.errors())
    assert write(sam, url, TEXT, holding="provider", **LATER).status_code == 302


def test_back_shows_the_text_as_it_was_typed(sam: FlaskClient) -> None:
    url = a_list(sam)
    write(sam, url, "Hello  there", tag="spring", validity_minutes="60")
    page = edit(sam, url)
    assert page.value("content") == "Hello  there"
    assert (page.value("tag"), page.value("validity_minutes")) == ("spring", "60")
    assert page.soup.select_one("#more_options[open]") is not None


def test_a_text_is_not_changed_while_it_is_counted(sam: FlaskClient, worker: Worker, db: Database) -> None:
    """Above a thousand rows the worker counts; what is typed in another tab meanwhile is not lost."""
    url = a_list(sam, 1_001)
    worker.round(db)
    write(sam, url, "First wording")
    assert "Counting" in ReadPage(sam.get(f"{url}/check")).text
    page = ReadPage(write(sam, url, "Second wording"))
    assert page.status == 409
    assert any("being counted" in alert for alert in page.alerts())
    assert page.value("content") == "Second wording"


def test_columns_are_not_changed_while_the_list_is_counted(
    sam: FlaskClient, worker: Worker, db: Database
) -> None:
    url = a_list(sam, 1_001)
    worker.round(db)
    write(sam, url)
    answer = sam.post(f"{url}/columns", data={"number_column": "1", "header_row": "1", "sheet": ""})
    page = ReadPage(sam.get(answer.location, follow_redirects=True))
    assert any("being counted" in alert for alert in page.alerts())


def test_a_text_whose_column_is_gone_after_reading_again_is_asked_for_anew(
    sam: FlaskClient, sandbox: Sandbox
) -> None:
    url = a_list(sam, "name,mobile\nSam,07400 123456\nX,nobody\n")
    write(sam, url, PERSONAL)
    sam.post(f"{url}/columns", data={"number_column": "1", "header_row": "0", "sheet": ""})
    page = edit(sam, url)
    assert page.status == 200
    assert any("No column for ((name))" in error for error in page.errors())
    corrected = sam.post(f"{url}/rows/3", data={"column-1": "07400 123457", "verdict": "invalid"})
    assert corrected.status_code == 302
    assert sam.get(f"{url}/result.csv").status_code == 302


def test_discarding_deletes_the_private_file_and_the_rows(
    sam: FlaskClient, db: Database, settings: Settings
) -> None:
    url = a_list(sam)
    batch = batches.find_batch(db, url.rpartition("/")[2])
    assert batch is not None
    folder = settings.uploads
    assert list(folder.iterdir())
    sam.post(f"{url}/discard")
    assert list(folder.iterdir()) == []
    assert db.execute("SELECT COUNT(*) FROM batch_rows").fetchone()[0] == 0
    assert sam.get(f"{url}/edit").status_code == 404
    again = batches.get_batch(db, batch.id)
    assert again is not None
    assert (again.state, again.file_name) == (BatchState.DISCARDED, None)


def test_a_sender_taken_off_the_list_is_to_be_chosen_anew(ada: FlaskClient, sam: FlaskClient) -> None:
    url = a_list(sam)
    write(sam, url)
    ada.post("/account/senders/remove", data={"sender": "ElmStreet"})
    assert "ElmStreet is no longer on the list" in edit(sam, url).text
    page = ReadPage(sam.get(f"{url}/check"))
    assert any("no longer on the list" in alert for alert in page.alerts())
    assert not any(button.startswith("Send 3") for button in page.buttons())


def test_a_list_abandoned_for_a_month_is_forgotten(
    sam: FlaskClient, worker: Worker, db: Database, settings: Settings
) -> None:
    a_list(sam)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    db.execute("UPDATE batches SET updated_at = ?", [long_ago])
    worker.forget(db)
    assert list(settings.uploads.iterdir()) == []

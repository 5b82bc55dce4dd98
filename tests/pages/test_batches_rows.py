from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.batch_steps import (
    MIXED,
    PERSONAL,
    a_checked_list,
    a_list,
    confirm,
    figures,
    opt_out,
    shown_on,
    write,
)
from tests.pages.page import ReadPage
from webapp.sandbox import Sandbox
from webapp.store import batch_rows, batches
from webapp.worker import Worker


def correct(client: FlaskClient, url: str, position: int, **columns: str) -> ReadPage:
    """Save a row; what its page says then."""
    typed = {f"column-{at}": value for at, value in zip("012", columns.values(), strict=False)}
    answer = client.post(f"{url}/rows/{position}", data={**typed, "verdict": "invalid"})
    return ReadPage(client.get(answer.location, follow_redirects=True))


def test_bad_rows_are_listed_by_their_row_in_the_file_with_the_reason(sam: FlaskClient) -> None:
    page = ReadPage(sam.get(f"{a_list(sam, MIXED)}/rows?verdict=invalid"))
    assert [each.get_text() for each in page.soup.select(".problem-row strong")] == ["Row 5", "Row 8"]
    assert "0161 496 0000" in [str(field.get("value")) for field in page.soup.select("input")]
    assert "its last digits are lost" in page.text


def test_a_corrected_row_gets_the_text_and_the_figures_follow(sam: FlaskClient) -> None:
    url = a_list(sam, MIXED)
    before = figures(ReadPage(sam.get(f"{url}/edit")))
    page = correct(sam, url, 4, name="Landline", mobile="07400 123470")
    assert any("Row 5 is right now and gets the text" in alert for alert in page.alerts())
    after = figures(ReadPage(sam.get(f"{url}/edit")))
    assert after["will get the text"] == before["will get the text"] + 1
    assert after["not a mobile number"] == before["not a mobile number"] - 1
    assert after["rows in the list"] == before["rows in the list"]


def test_a_row_corrected_wrongly_says_what_is_wrong_and_keeps_what_was_typed(sam: FlaskClient) -> None:
    url = a_list(sam, MIXED)
    page = correct(sam, url, 4, name="Landline", mobile="0161 496 0001")
    assert any("Row 5:" in alert for alert in page.alerts())
    assert "0161 496 0001" in [str(field.get("value")) for field in page.soup.select("input")]


def test_a_row_corrected_to_somebody_who_is_there_already_is_a_duplicate(sam: FlaskClient) -> None:
    url = a_list(sam, MIXED)
    page = correct(sam, url, 4, name="Landline", mobile="07400 123456")
    assert any("row 2" in alert for alert in page.alerts())
    assert figures(ReadPage(sam.get(f"{url}/edit")))["the same number again"] == 2


def test_a_missing_value_can_be_filled_in(sam: FlaskClient) -> None:
    url = a_list(sam, "name,mobile\nSam,07400 123456\n,07400 123457\n")
    write(sam, url, PERSONAL)
    page = ReadPage(sam.get(f"{url}/rows?verdict=missing_placeholder"))
    assert "name" in page.text
    sam.post(f"{url}/rows/2", data={"column-0": "Ada", "verdict": "missing_placeholder"})
    write(sam, url, PERSONAL)
    assert "Dear Ada, the clinic" in ReadPage(sam.get(f"{url}/check")).text


def test_a_correction_unmakes_the_check_that_was_made_before(sam: FlaskClient, sandbox: Sandbox) -> None:
    """What it costs is another sum now: nobody may confirm the old one."""
    url = a_checked_list(sam, MIXED)
    old = shown_on(sam, url)
    correct(sam, url, 4, name="Landline", mobile="07400 123470")
    response = sam.post(f"{url}/confirm", data=old)
    assert response.status_code == 409
    assert sandbox.accepted() == ()


def test_a_confirmed_list_is_not_corrected_any_more(
    sam: FlaskClient, worker: Worker, db: Database, sandbox: Sandbox
) -> None:
    url = a_checked_list(sam, MIXED)
    confirm(sam, url)
    answer = sam.post(f"{url}/rows/4", data={"column-1": "07400 123470"})
    assert answer.location == url
    worker.round(db)
    assert "447400123470" not in sandbox.accepted_counts()


def test_opted_out_people_cannot_be_put_right(sam: FlaskClient, db: Database) -> None:
    opt_out(db, "447400123456")
    url = a_list(sam, "Mobile\n07400 123456\n07400 123457\n")
    page = ReadPage(sam.get(f"{url}/rows?verdict=opted_out"))
    assert "Save" not in page.buttons()
    sam.post(f"{url}/rows/1", data={"column-0": "07400 123458"})
    assert figures(ReadPage(sam.get(f"{url}/edit")))["opted out"] == 1


def test_long_lists_of_bad_rows_come_page_by_page(sam: FlaskClient) -> None:
    url = a_list(sam, "Mobile\n07400 123456\n" + "nobody\n" * 60)
    first = ReadPage(sam.get(f"{url}/rows?verdict=invalid"))
    assert len(first.soup.select(".problem-row")) == 50
    link = first.soup.select_one('a[rel="next"]')
    assert link is not None
    assert link.get_text(strip=True) == "Next"
    second = ReadPage(sam.get(str(link["href"])))
    assert len(second.soup.select(".problem-row")) == 10
    answer = sam.post(f"{url}/rows/60", data={"column-0": "nobody else", "verdict": "invalid", "after": "51"})
    assert "after=51" in answer.location


def test_odd_addresses_of_rows_do_not_break(sam: FlaskClient) -> None:
    url = a_list(sam, MIXED)
    assert sam.get(f"{url}/rows?verdict=nonsense").location == f"{url}/edit"
    assert ReadPage(sam.get(f"{url}/rows?verdict=invalid&after=9" + "9" * 30)).status == 200
    assert sam.post(f"{url}/rows/9" + "9" * 30).status_code == 404
    assert sam.post(f"{url}/rows/99").location == f"{url}/edit"


def test_a_value_longer_than_a_cell_may_be_is_not_cut_without_a_word(sam: FlaskClient, db: Database) -> None:
    url = a_list(sam, MIXED)
    page = correct(sam, url, 4, name="x" * 5_001, mobile="07400 123470")
    assert any("5,000" in alert for alert in page.alerts())
    batch = batches.find_batch(db, url.rpartition("/")[2])
    assert batch is not None
    row = batch_rows.get_row(db, batch.id, 4)
    assert row is not None
    assert row.values[0] == "Landline"

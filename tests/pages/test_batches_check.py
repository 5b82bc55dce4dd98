import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.faults.lists import number
from tests.pages.batch_steps import (
    MIXED,
    PERSONAL,
    TEXT,
    a_checked_list,
    a_confirmed_list,
    a_list,
    confirm,
    opt_out,
    write,
)
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.worker import Worker

LONG = "((name)) " + "x" * 155
FRENCH = "+33 6 12 34 56 78"


def check(client: FlaskClient, url: str) -> ReadPage:
    return ReadPage(client.get(f"{url}/check"))


def test_the_check_page_shows_people_cost_and_balance_after(sam: FlaskClient) -> None:
    page = check(sam, a_checked_list(sam, 3))
    for words in ("3 people", "of clinic.csv", "3 credits", "10,000", "9,997"):
        assert words in page.text
    assert "Handed over" not in page.text
    assert "Send 3 texts for 3 credits" in page.buttons()


def test_lengths_that_differ_are_spread_out_and_the_longest_shown(sam: FlaskClient) -> None:
    rows = f"name,mobile\nSam,{number(1)}\nAda,{number(2)}\n{'Maximiliane ' * 3},{number(3)}\n"
    page = check(sam, a_checked_list(sam, rows, LONG))
    assert "2 × 1 segment, 1 × 2 segments" in page.text
    assert "Send 3 texts for 4 credits" in page.buttons()
    longest = page.soup.select_one("tbody tr")
    assert longest is not None
    assert "Row 4" in longest.get_text()
    assert "9,996" in page.text


def test_a_list_is_not_asked_for_replies_that_cannot_arrive(sam: FlaskClient) -> None:
    page = check(sam, a_checked_list(sam, 3, "Dear ((name)), reply YES to confirm."))
    assert any("It asks for a reply, and nobody can reply to" in alert for alert in page.alerts())


def test_three_samples_are_shown_as_they_will_arrive(sam: FlaskClient) -> None:
    page = check(sam, a_checked_list(sam, 5, PERSONAL))
    shown = [each.get_text() for each in page.soup.select(".bubble-text")]
    assert shown == [f"Dear Name {position}, the clinic is closed on Friday." for position in range(3)]


def test_who_is_left_out_and_why_is_counted_and_can_be_looked_at(sam: FlaskClient, db: Database) -> None:
    opt_out(db, "447400123457")
    page = check(sam, a_checked_list(sam, MIXED))
    links = {str(each["href"]).rpartition("=")[2]: each.get_text() for each in page.soup.select("dd a")}
    assert links == {"invalid": "2", "empty": "2", "duplicate": "1", "opted_out": "1"}
    for address in page.soup.select("dd a"):
        assert sam.get(str(address["href"])).status_code == 200


def test_a_text_abroad_costs_what_its_country_costs(sam: FlaskClient) -> None:
    page = check(sam, a_checked_list(sam, f"name,mobile\nSam,{number(1)}\nZoé,{FRENCH}\n"))
    assert "Send 2 texts for 3.5 credits" in page.buttons()


def test_a_guessed_price_is_called_a_guess(sam: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="get_price", times=None))
    page = check(sam, a_checked_list(sam, f"name,mobile\nZoé,{FRENCH}\n"))
    assert "Send 1 text for about 2 credits" in page.buttons()
    assert any("not known for certain" in alert for alert in page.alerts())


def test_credits_that_do_not_reach_block_it_with_the_arithmetic(sam: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.set_credits(2)
    url = a_checked_list(sam, 5)
    page = check(sam, url)
    assert any("This needs 5 credits and there are 2: 3 are missing" in alert for alert in page.alerts())
    assert not any(button.startswith("Send 5") for button in page.buttons())
    refused = confirm(sam, url)
    assert refused.status_code == 422
    assert "3 are missing" in refused.text


def test_a_balance_that_cannot_be_read_is_said_and_blocks_nothing(sam: FlaskClient, sandbox: Sandbox) -> None:
    url = a_checked_list(sam)
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="get_credits", times=None))
    page = check(sam, url)
    assert any("balance could not be read" in alert for alert in page.alerts())
    assert "Send 3 texts for 3 credits" in page.buttons()


def test_a_list_nobody_of_whom_can_get_it_cannot_be_sent(sam: FlaskClient) -> None:
    url = a_checked_list(sam, "name,mobile\nSam,nobody\n")
    page = check(sam, url)
    assert any("Nobody on this list can get the text" in alert for alert in page.alerts())
    assert confirm(sam, url).status_code == 422


def test_the_same_text_to_the_same_list_asks_again(sam: FlaskClient, sandbox: Sandbox) -> None:
    first = a_confirmed_list(sam)
    url = a_checked_list(sam, text=f"  {TEXT.lower()} ")
    page = check(sam, url)
    assert any("same text goes to the same list within 24 hours" in alert for alert in page.alerts())
    assert page.soup.select_one(f'main .alert a[href="{first}"]') is not None
    refused = ReadPage(confirm(sam, url))
    assert refused.status == 422
    assert any("Tick the box" in error for error in refused.errors())
    assert confirm(sam, url, send_again="yes").location == url


def test_the_same_list_in_another_order_is_the_same_list(sam: FlaskClient) -> None:
    a_confirmed_list(sam, f"name,mobile\nSam,{number(1)}\nAda,{number(2)}\n")
    url = a_checked_list(sam, f"mobile\n{number(2)}\n{number(1)}\n")
    assert confirm(sam, url).status_code == 422


@pytest.mark.parametrize("text", [TEXT, PERSONAL])
def test_another_text_or_another_list_does_not_ask(sam: FlaskClient, text: str) -> None:
    a_confirmed_list(sam, 3, "Something else")
    assert confirm(sam, a_checked_list(sam, 3, text)).status_code == 302
    assert confirm(sam, a_checked_list(sam, 4, text)).status_code == 302


def test_a_batch_that_was_stopped_before_it_went_does_not_count(sam: FlaskClient) -> None:
    url = a_confirmed_list(sam)
    sam.post(f"{url}/stop")
    assert confirm(sam, a_checked_list(sam)).status_code == 302


def test_options_are_shown_and_reach_the_provider(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_checked_list(sam, tag="spring", validity_minutes="60", ai="on")
    page = check(sam, url)
    assert "spring" in page.text
    assert "60 minutes" in page.text
    assert any("may reword" in alert for alert in page.alerts())
    confirm(sam, url)
    worker.round(db)
    assert {text.tag for text in sandbox.accepted()} == {"spring"}


def test_counting_a_long_list_shows_a_bar_and_then_the_check(
    sam: FlaskClient, worker: Worker, db: Database
) -> None:
    url = a_list(sam, 1_500)
    worker.round(db)
    write(sam, url)
    counting = check(sam, url)
    poll = counting.soup.select_one("#batch_check[hx-get]")
    assert poll is not None
    assert "0 of 1,500 rows" in counting.text
    address, htmx = str(poll["hx-get"]), {"HX-Request": "true"}
    assert sam.get(address, headers=htmx).status_code == 204
    worker.round(db)
    counted = ReadPage(sam.get(address, headers=htmx), whole=False)
    assert "Send 1,500 texts for 1,500 credits" in counted.buttons()
    assert counted.soup.select_one("[hx-get]") is None


def test_a_list_without_a_text_has_no_check_page_yet(sam: FlaskClient) -> None:
    url = a_list(sam)
    assert sam.get(f"{url}/check").location == f"{url}/edit"

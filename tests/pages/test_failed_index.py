from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import Clock
from tests.pages.conftest import form_data
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.services.sync_log import sync_log
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundBatch, OutboundMessage
from webapp.store import optouts
from webapp.worker import Worker

Send = Callable[..., str]
GONE = "07400 123490"
EXPIRED = "07400 123491"
REJECTED = "07400 123492"


@pytest.fixture
def time_passes(sandbox: Sandbox, clock: Clock, worker: Worker, db: Database) -> Callable[[], None]:
    """The provider reports and the worker reads it."""

    def pass_time() -> None:
        clock.advance(120)
        sandbox.run_due()
        db.execute("UPDATE messages SET next_check_at = created_at WHERE next_check_at IS NOT NULL")
        worker.round(db)

    return pass_time


@pytest.fixture
def some_failed(send: Send, time_passes: Callable[[], None]) -> None:
    send(content="Arrived", recipients="07400 123456")
    send(content="Not there", recipients=GONE)
    send(content="Too late", recipients=EXPIRED)
    send(content="Refused by the platform", recipients=REJECTED)
    send(content="Not taken", recipients="07400 123497")
    time_passes()


def rows_of(page: ReadPage) -> dict[str, str]:
    """What happened, by text."""
    table = page.soup.select_one("form.picking table")
    assert table is not None
    cells = [row.select("td") for row in table.select("tbody tr")]
    return {cell[1].get_text(strip=True): " ".join(cell[2].get_text(" ").split()) for cell in cells}


def pick_of(page: ReadPage, text: str) -> str:
    row = next(row for row in page.soup.select("form.picking tbody tr") if text in row.get_text())
    box = row.select_one("input[name=pick]")
    assert box is not None
    return str(box["value"])


def reason_url(page: ReadPage, words: str) -> str:
    link = next(link for link in page.soup.select("a[id^=reason_]") if words in link.get_text())
    return str(link["href"])


@pytest.mark.usefixtures("some_failed")
def test_failed_index_shows_reasons_with_counts_and_everybody(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/failed"))
    happened = rows_of(page)
    assert set(happened) == {"Not there", "Too late", "Refused by the platform", "Not taken"}
    assert happened["Not there"].startswith("Not delivered")
    assert happened["Not taken"].startswith("Not sent")
    assert "Permanent" in page.text
    assert "ask for another" in page.text
    assert "Not enough credits" in page.text
    assert "Given back" in page.text
    assert "Not charged" in page.text


@pytest.mark.usefixtures("some_failed")
def test_failed_index_filters_by_reason_date_sender_and_tag(vic: FlaskClient, sam: FlaskClient) -> None:
    page = ReadPage(vic.get(reason_url(ReadPage(vic.get("/failed")), "Not enough credits")))
    assert set(rows_of(page)) == {"Not taken"}
    assert "All reasons (4)" in page.text
    assert len(rows_of(ReadPage(vic.get("/failed?sender=ElmStreet")))) == 4
    for nothing in ("sender=Nobody", "tag=none", "until=2020-01-01", "reason=TELEPORTED.7"):
        page = ReadPage(vic.get(f"/failed?{nothing}"))
        assert (page.status, "No failed text matches this." in page.text) == (200, True), nothing


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("since=2026-11-20&until=2026-11-01", 422, "The last day is before the first one"),
        ("since=yesterday", 422, "Not a valid date"),
        ("before=" + "9" * 40, 200, ""),
        ("before=..%2F..%2Fetc", 200, ""),
        ("reason=" + "x" * 5_000, 200, ""),
        ("reason=%00%27--", 200, ""),
        ("tag=" + "x" * 300, 422, "longer than"),
    ],
)
def test_failed_index_bears_bad_input(vic: FlaskClient, query: str, status: int, words: str) -> None:
    page = ReadPage(vic.get(f"/failed?{query}"))
    assert page.status == status
    assert words in page.text


def test_failed_index_without_any_says_so(vic: FlaskClient) -> None:
    assert "No text has failed in the last 30 days." in ReadPage(vic.get("/failed")).text


def test_failed_index_fetches_what_other_programs_failed_to_send_and_pages_by_fifty(
    sam: FlaskClient, provider: SmsWorks, sandbox: Sandbox, clock: Clock
) -> None:
    numbers = tuple(f"4474001{position:03d}90" for position in range(60))
    provider.send_batch(batch=OutboundBatch("Clinic", numbers, "To many"))
    clock.advance(60)
    sandbox.run_due()
    page = ReadPage(sam.post("/failed/fetch", follow_redirects=True))
    assert any("60 failed texts of this time" in alert for alert in page.alerts())
    assert sandbox.calls()["list_failed"] == 1
    assert len(page.soup.select("form.picking tbody tr")) == 50
    older = page.soup.select_one("a[rel=next]")
    assert older is not None
    assert len(ReadPage(sam.get(str(older["href"]))).soup.select("form.picking tbody tr")) == 10


def test_failed_index_says_when_the_provider_does_not_answer(sam: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="list_failed", times=None))
    page = ReadPage(sam.post("/failed/fetch"))
    assert page.status == 502
    assert "Nothing was sent or charged." in page.text


@pytest.mark.usefixtures("some_failed")
def test_failed_index_counts_what_is_new_to_each_person(vic: FlaskClient, sam: FlaskClient) -> None:
    badge = ReadPage(vic.get("/")).soup.select_one("#nav_failed_count")
    assert badge is not None
    assert badge.get_text(" ").split() == ["4", "new"]
    vic.get("/failed")
    for client, count in ((vic, []), (sam, ["4", "new"])):
        badge = ReadPage(client.get("/")).soup.select_one("#nav_failed_count")
        assert badge is not None
        assert badge.get_text(" ").split() == count


@pytest.mark.usefixtures("some_failed")
def test_failed_index_sends_one_again_through_the_check_page(sam: FlaskClient, sandbox: Sandbox) -> None:
    sent = len(sandbox.accepted())
    pick = pick_of(ReadPage(sam.get("/failed")), "Too late")
    page = ReadPage(sam.get(sam.post("/failed/resend", data={"pick": pick}).location))
    assert "Too late" in page.text
    assert "+44 7400 123491" in page.text
    assert len(sandbox.accepted()) == sent


@pytest.mark.usefixtures("some_failed")
def test_failed_index_sends_several_again_as_a_batch_in_which_each_has_their_own_text(
    sam: FlaskClient, sandbox: Sandbox
) -> None:
    sent = len(sandbox.accepted())
    page = ReadPage(sam.get("/failed"))
    picks = [pick_of(page, "Too late"), pick_of(page, "Not there"), pick_of(page, "Not taken")]
    page = ReadPage(sam.get(sam.post("/failed/resend", data={"pick": picks}).location))
    assert page.status == 200
    for text in ("Too late", "Not there", "Not taken"):
        assert text in page.text
    assert "3 people" in page.text
    assert len(sandbox.accepted()) == sent


def test_failed_index_sends_the_latest_of_several_texts_to_one_number_again(
    sam: FlaskClient, send: Send, time_passes: Callable[[], None]
) -> None:
    for content in ("On Tuesday", "No, on Wednesday"):
        send(content=content, recipients=EXPIRED)
        time_passes()
    page = ReadPage(sam.get("/failed"))
    picks = [pick_of(page, text) for text in ("On Tuesday", "No, on Wednesday")]
    page = ReadPage(sam.get(sam.post("/failed/resend", data={"pick": picks}).location))
    assert "1 person" in page.text
    assert "1 the same number again" in page.text
    (bubble,) = page.soup.select(".bubble-text")
    assert bubble.get_text() == "No, on Wednesday"


@pytest.mark.usefixtures("some_failed")
def test_failed_index_picks_temporary_ones_before_anybody_does(sam: FlaskClient) -> None:
    page = ReadPage(sam.get("/failed"))
    chosen = {str(box["value"]) for box in page.soup.select("input[name=pick][checked]")}
    temporary = {pick_of(page, text) for text, why in rows_of(page).items() if text == "Too late"}
    assert pick_of(page, "Not there") not in chosen
    assert chosen <= temporary


@pytest.mark.usefixtures("some_failed")
def test_failed_index_leaves_out_who_opted_out_or_got_it_since_and_says_so(
    sam: FlaskClient, db: Database, send: Send, provider: SmsWorks, sandbox: Sandbox
) -> None:
    page = ReadPage(sam.get("/failed"))
    picks = [pick_of(page, text) for text in ("Too late", "Not there", "Refused by the platform")]
    sam.post("/failed/opt-out", data={"pick": picks[0]})
    assert optouts.is_opted_out(db, "447400123491")
    provider.send_message(message=OutboundMessage("Clinic", "447400123490", "not  there"))
    sandbox.run_due()
    db.execute("UPDATE log_state SET read_to = NULL")
    db.execute("DELETE FROM leases")
    sync_log(db, provider, lease_seconds=30)
    db.execute("UPDATE messages SET status = 'DELIVERED' WHERE content = 'not  there'")
    response = sam.post("/failed/resend", data={"pick": picks})
    page = ReadPage(sam.get(response.location))
    assert any("Left out: 1 opted out and 1 got the same text since" in alert for alert in page.alerts())
    assert "Refused by the platform" in page.text
    nobody = ReadPage(sam.post("/failed/resend", data={"pick": picks[:2]}, follow_redirects=True))
    assert any("Nobody is left." in alert for alert in nobody.alerts())


def test_failed_index_choosing_nobody_says_what_to_do(sam: FlaskClient) -> None:
    for action in ("resend", "opt-out"):
        page = ReadPage(sam.post(f"/failed/{action}", data={"pick": "x"}, follow_redirects=True))
        assert any("Tick the boxes" in alert for alert in page.alerts())


@pytest.mark.usefixtures("some_failed")
def test_failed_index_gives_a_list_to_phone(vic: FlaskClient) -> None:
    lines = vic.post("/failed/export?tag=").get_data(as_text=True).splitlines()
    assert len(lines) == 5
    assert lines[0].endswith("Sent,Sent (UTC),Batch")
    assert any(line.startswith("+44 7400 123490,") for line in lines)


@pytest.mark.usefixtures("some_failed")
def test_failed_index_offers_a_viewer_nothing_and_refuses_it_anyway(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/failed"))
    assert not page.soup.select("input[name=pick]")
    assert "Ask the provider now" not in page.buttons()
    for action in ("fetch", "resend", "opt-out"):
        assert vic.post(f"/failed/{action}").status_code == 403


def test_failed_index_has_a_desk_for_what_nobody_knows(
    vic: FlaskClient, sam: FlaskClient, doubtful: str
) -> None:
    for client, words in ((vic, "Look"), (sam, "Decide…")):
        page = ReadPage(client.get("/failed"))
        assert "Was it sent?" in page.text
        assert "The provider has this text more than once." in page.text
        link = page.soup.select_one(f"a.btn[href='/failed/unknown/{doubtful}']")
        assert link is not None
        assert link.get_text(strip=True) == words


def test_failed_index_a_lost_text_that_is_still_looked_for_is_shown_without_a_choice(
    sam: FlaskClient, send: Send, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_message"))
    sam.post("/compose/new", data=form_data())
    send(content="Where is it?")
    page = ReadPage(sam.get("/failed"))
    assert "Textdesk is looking for it" in page.text
    assert "Decide…" not in page.buttons()


def cells_of(page: ReadPage, plot: str) -> list[dict[str, tuple[str, str | None]]]:
    """The table of a plot: by heading, each number and the address behind it."""
    figure = page.soup.select_one(f"#{plot}")
    assert figure is not None
    heads = [head.get_text(strip=True) for head in figure.select("thead th")]
    found = []
    for row in figure.select("tbody tr"):
        cells = row.select("th, td")
        links = [cell.select_one("a") for cell in cells]
        texts = [cell.get_text(strip=True) for cell in cells]
        urls = [str(link["href"]) if link else None for link in links]
        found.append(dict(zip(heads, zip(texts, urls, strict=True), strict=True)))
    return found


@pytest.mark.usefixtures("some_failed")
def test_failed_index_each_number_of_a_plot_equals_the_list_behind_it(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/failed"))
    days, reasons = cells_of(page, "plot_1"), cells_of(page, "plot_2")
    assert len(days) == 30
    numbers = [cell for row in (*days, *reasons) for cell in row.values() if cell[1]]
    assert sum(int(text) for text, _ in numbers) == 8
    for text, url in numbers:
        assert len(rows_of(ReadPage(vic.get(str(url))))) == int(text), url
    assert all(cell == ("0", None) for cell in list(days[1].values())[1:])


@pytest.mark.usefixtures("some_failed")
def test_failed_index_plots_heed_the_filter(vic: FlaskClient) -> None:
    url = reason_url(ReadPage(vic.get("/failed")), "Not enough credits")
    days = cells_of(ReadPage(vic.get(url)), "plot_1")
    assert {name: cell[0] for name, cell in days[0].items()} | {"Day": ""} == {
        "Day": "",
        "Permanent": "0",
        "Temporary": "0",
        "Not said": "1",
    }
    page = ReadPage(vic.get("/failed?lasts=permanent"))
    assert set(rows_of(page)) < {"Not there", "Too late", "Refused by the platform"}
    assert sum(int(row["Texts"][0]) for row in cells_of(page, "plot_2")) == len(rows_of(page))


@pytest.mark.usefixtures("october", "some_failed")
@pytest.mark.parametrize(
    ("days", "heading"),
    [
        ("since=2026-10-11", "Failed by day"),
        ("since=2026-05-21", "Failed by week"),
        ("since=2025-12-05", "Failed by month"),
        ("since=2001-01-01", ""),
    ],
)
def test_failed_index_plots_any_length_of_time(vic: FlaskClient, days: str, heading: str) -> None:
    page = ReadPage(vic.get(f"/failed?{days}"))
    headings = [each.get_text() for each in page.soup.select(".plot-title")]
    assert headings == [heading, "Failed by reason"] if heading else ["Failed by reason"]
    for url, text in ((cell[1], cell[0]) for row in cells_of(page, "plot_1") for cell in row.values()):
        assert url is None or len(rows_of(ReadPage(vic.get(url)))) == int(text)


@pytest.mark.usefixtures("some_failed")
def test_failed_index_draws_its_plots(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/failed?sender=ElmStreet"))
    addresses = {str(image["src"]) for image in page.soup.select(".plot img")}
    addresses |= {str(source["srcset"]) for source in page.soup.select(".plot source")}
    assert len(addresses) == 8
    for address in addresses:
        response = vic.get(address)
        assert response.mimetype == "image/svg+xml", address
        assert response.headers["Cache-Control"].startswith("private")
        assert "sender=ElmStreet" in address
    assert vic.get("/failed/plots/other.svg").status_code == 404
    assert vic.get("/failed/plots/days.svg?since=nonsense").status_code == 404


@pytest.mark.usefixtures("some_failed")
def test_failed_index_says_a_reason_once(vic: FlaskClient, db: Database) -> None:
    db.execute("UPDATE messages SET failure_details = 'Rejected' WHERE status = 'REJECTED'")
    db.conn.commit()
    assert rows_of(ReadPage(vic.get("/failed")))["Refused by the platform"] == "Rejected"

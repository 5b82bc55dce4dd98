from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.faults.lists import number
from tests.pages.batch_steps import a_checked_list, a_confirmed_list, a_list, numbers_on
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundBatch
from webapp.worker import Worker

TimePasses = Callable[[], None]


def test_without_a_batch_the_page_says_what_to_do(sam: FlaskClient, vic: FlaskClient) -> None:
    page = ReadPage(sam.get("/batches"))
    assert "No batch has been sent from here yet" in page.text
    assert "New batch" in page.buttons()
    assert "New batch" not in ReadPage(vic.get("/batches")).buttons()


def test_batches_are_listed_newest_first_with_who_state_and_size(
    sam: FlaskClient, vic: FlaskClient, batch_time: TimePasses
) -> None:
    a_confirmed_list(sam, 2, "The first")
    batch_time()
    a_confirmed_list(sam, 3, "The second")
    rows = [
        " ".join(row.get_text(" ").split()) for row in ReadPage(vic.get("/batches")).soup.select("tbody tr")
    ]
    assert "The second" in rows[0]
    assert "Sending" in rows[0]
    assert "The first" in rows[1]
    assert "Sent" in rows[1]
    assert all("sam" in row for row in rows)
    assert [row.rpartition(" ")[2] for row in rows] == ["3", "2"]


def test_an_unsent_list_is_its_authors_alone(ada: FlaskClient, sam: FlaskClient, vic: FlaskClient) -> None:
    url = a_checked_list(sam)
    assert "clinic.csv" in ReadPage(sam.get("/batches")).text
    for somebody in (ada, vic):
        assert "clinic.csv" not in ReadPage(somebody.get("/batches")).text
        assert somebody.get(url).status_code == 404
    for path in ("edit", "check", "rows", "problems.csv"):
        assert ada.get(f"{url}/{path}").status_code == 404, path
    for path in ("edit", "columns", "confirm", "discard", "retry", "rows/1", "pause", "stop", "cancel"):
        assert ada.post(f"{url}/{path}").status_code == 404, path


def test_many_batches_come_page_by_page(sam: FlaskClient, db: Database) -> None:
    for at in range(53):
        a_list(sam, 1, f"list-{at}.csv")
    first = ReadPage(sam.get("/batches"))
    assert len(numbers_on(first)) == 50
    older = first.soup.select_one('a[rel="next"]')
    assert older is not None
    assert numbers_on(ReadPage(sam.get(str(older["href"])))) == ["list-2.csv", "list-1.csv", "list-0.csv"]


def test_other_peoples_unsent_lists_do_not_hide_older_batches(
    ada: FlaskClient, sam: FlaskClient, batch_time: TimePasses
) -> None:
    a_confirmed_list(ada, 1)
    for at in range(51):
        a_list(sam, 1, f"list-{at}.csv")
    page = ReadPage(ada.get("/batches"))
    while not numbers_on(page):
        older = page.soup.select_one('a[rel="next"]')
        assert older is not None
        page = ReadPage(ada.get(str(older["href"])))
    assert numbers_on(page) == ["clinic.csv"]


@pytest.mark.parametrize("mark", ["9" * 31, "-1", "x"])
def test_an_odd_page_mark_shows_the_newest(sam: FlaskClient, mark: str) -> None:
    a_confirmed_list(sam)
    assert numbers_on(ReadPage(sam.get(f"/batches?before={mark}"))) == ["clinic.csv"]


def test_the_list_renews_itself_when_something_changes(
    sam: FlaskClient, worker: Worker, db: Database
) -> None:
    a_confirmed_list(sam)
    poll = ReadPage(sam.get("/batches")).soup.select_one("#batches_list[hx-get]")
    assert poll is not None
    htmx = {"HX-Request": "true"}
    assert sam.get(str(poll["hx-get"]), headers=htmx).status_code == 204
    worker.round(db)
    assert sam.get(str(poll["hx-get"]), headers=htmx).status_code == 200


def test_an_administrators_batch_is_seen_by_all_and_acted_on_by_senders(
    ada: FlaskClient, sam: FlaskClient, vic: FlaskClient, mallory: FlaskClient
) -> None:
    url = a_confirmed_list(ada, 2)
    seen = ReadPage(vic.get(url))
    assert seen.status == 200
    assert not {"Pause", "Stop: send nothing more"} & set(seen.buttons())
    for path in ("pause", "resume", "stop", "cancel", "retry", "decide/1"):
        assert vic.post(f"{url}/{path}").status_code == 403, path
        assert mallory.post(f"{url}/{path}").status_code == 401, path
    assert vic.get("/batches/new").status_code == 403
    for path in ("/batches", url, f"{url}/result.csv", "/batches/new", "/batches/lookup"):
        assert mallory.get(path).location.startswith("/sign-in"), path
    assert "Pause" in ReadPage(sam.get(url)).buttons()


class TestLookup:
    """Any batch of the provider's."""

    def look_up(self, client: FlaskClient, batch_id: str) -> ReadPage:
        return ReadPage(client.get("/batches/lookup", query_string={"id": batch_id}))

    def test_one_of_ours_leads_to_its_page(
        self, vic: FlaskClient, sam: FlaskClient, batch_time: TimePasses, sandbox: Sandbox
    ) -> None:
        url = a_confirmed_list(sam, 2)
        batch_time()
        batch_id = sandbox.accepted()[0].batch_id
        assert batch_id is not None
        page = self.look_up(vic, f"  {batch_id} ")
        assert "2 delivered" in page.text
        assert page.soup.select_one(f'main a[href="{url}"]') is not None
        assert "+44 7400 000000" in page.text

    def test_one_of_another_program_is_shown_too(self, vic: FlaskClient, provider: SmsWorks) -> None:
        receipt = provider.send_batch(
            batch=OutboundBatch(sender="Other", destinations=(number(1),), content="From elsewhere")
        )
        page = self.look_up(vic, receipt.batch_id)
        assert "It was not sent from here" in page.text
        assert "From elsewhere" in page.text

    @pytest.mark.parametrize(
        ("batch_id", "status"),
        [("999999999999", 404), ("no such id", 422), ("../credits", 422), ("x" * 500, 404), ("²", 404)],
    )
    def test_one_that_is_not_there_is_said_beside_the_field(
        self, vic: FlaskClient, batch_id: str, status: int
    ) -> None:
        page = self.look_up(vic, batch_id)
        assert page.status == status
        (error,) = page.errors()
        assert f"That batch cannot be shown {error}" in page.alerts()
        assert page.value("id").strip() == batch_id

    def test_nothing_typed_is_just_the_list(self, vic: FlaskClient) -> None:
        assert self.look_up(vic, "").status == 200

    def test_a_provider_that_does_not_answer_is_said(self, vic: FlaskClient, sandbox: Sandbox) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=None))
        page = self.look_up(vic, "999999999999")
        assert page.status == 502

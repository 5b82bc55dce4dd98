import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.inbox import NUMBER, Receive, address
from tests.pages.page import ReadPage
from webapp.sandbox import Sandbox
from webapp.store import optouts
from webapp.store.optouts import OptOut, OptOutSource

OTHER = "447400123457"


def opt_out(db: Database, number: str = NUMBER) -> OptOut:
    now = datetime.now(UTC)
    optouts.add_opt_out(db, number, who="sam", source=OptOutSource.STAFF, reason="By phone", now=now)
    found = optouts.get_opt_out(db, number)
    assert found is not None
    return found


def numbers(db: Database) -> set[str]:
    return {each.number for each in optouts.list_opt_outs(db, limit=999)}


def test_inbox_opt_outs_lists_who_when_and_why(vic: FlaskClient, receive: Receive, db: Database) -> None:
    opt_out(db, OTHER)
    receive("STOP")
    page = ReadPage(vic.get("/inbox/opt-outs"))
    assert "+44 7400 123457 By phone sam" in page.text
    assert "Texted “STOP” themselves" in page.text


def test_inbox_opt_outs_says_when_nobody_has(vic: FlaskClient) -> None:
    assert "Nobody has opted out." in ReadPage(vic.get("/inbox/opt-outs")).text


def test_inbox_opt_outs_takes_numbers_in_any_form_and_names_what_it_cannot_read(
    sam: FlaskClient, db: Database
) -> None:
    typed = "07400 123456\n+44 7400 123457, Mrs Shah\n020 7946 0000\n447400123456"
    response = sam.post("/inbox/opt-outs", data={"numbers": typed, "reason": "By letter"})
    page = ReadPage(sam.get(response.location))
    assert numbers(db) == {NUMBER, OTHER}
    assert "2 numbers added. 1 line repeated another." in page.text
    assert "1 line could not be read. Line 3:" in page.text


def test_inbox_opt_outs_takes_a_file(sam: FlaskClient, db: Database) -> None:
    opt_out(db)
    body = "﻿Name;Mobile\r\nMrs Shah;07400 123456\r\nMr Jones;07400 123457\r\n\r\n".encode()
    data = {"file": (io.BytesIO(body), "list.csv"), "numbers": "", "reason": ""}
    response = sam.post("/inbox/opt-outs", data=data, content_type="multipart/form-data")
    assert response.status_code == 302, response.text
    assert "1 number added. 1 number stood on the list already." in ReadPage(sam.get(response.location)).text
    found = optouts.get_opt_out(db, OTHER)
    assert found is not None
    assert found.source is OptOutSource.IMPORT


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "Enter a number"), ("landline 020 7946 0000", "could not be read"), ("🙂", "Enter a number")],
)
def test_inbox_opt_outs_nothing_useful_is_kept_and_refused(
    sam: FlaskClient, db: Database, typed: str, words: str
) -> None:
    response = sam.post("/inbox/opt-outs", data={"numbers": typed})
    page = ReadPage(response)
    assert response.status_code == 422
    assert words in page.text
    assert numbers(db) == set()


def test_inbox_opt_outs_a_file_in_any_encoding_is_read(sam: FlaskClient, db: Database) -> None:
    data = {"file": (io.BytesIO("Größe;07400 123456\x81".encode("latin-1")), "list.csv")}
    sam.post("/inbox/opt-outs", data=data, content_type="multipart/form-data")
    assert sam.get("/inbox/opt-outs").status_code == 200


def test_inbox_opt_outs_removal_wants_a_reason_and_keeps_it(
    sam: FlaskClient, ada: FlaskClient, db: Database, sandbox: Sandbox
) -> None:
    found = opt_out(db)
    url = f"/inbox/opt-outs/{found.id}"
    assert sam.post(f"{url}/remove", data={"reason": " "}).status_code == 422
    assert optouts.is_opted_out(db, NUMBER)
    response = ada.post(f"{url}/remove", data={"reason": "She rang and asked for it"})
    assert "can be texted again" in ReadPage(ada.get(response.location)).text
    events = optouts.list_opt_out_events(db, NUMBER)
    assert (events[-1].action, events[-1].who) == ("removed", "ada")
    assert sam.get(url).status_code == 404


def test_inbox_opt_outs_one_leads_to_its_conversation_and_back(
    sam: FlaskClient, receive: Receive, db: Database
) -> None:
    conversation = receive("Stop.")
    found = optouts.get_opt_out(db, NUMBER)
    assert found is not None
    url = f"/inbox/opt-outs/{found.id}"
    page = ReadPage(sam.get(url))
    assert "Opted out themselves Texted “Stop.”" in page.text
    assert page.soup.select_one(f'a[href="{address(conversation)}#latest"]') is not None
    assert ReadPage(sam.get(address(conversation))).soup.select_one(f'a[href="{url}"]') is not None


def test_inbox_opt_outs_are_searched_by_post(vic: FlaskClient, db: Database) -> None:
    opt_out(db)
    opt_out(db, OTHER)
    page = ReadPage(vic.post("/inbox/opt-outs/search", data={"q": "07400 123457"}))
    assert [each.get_text() for each in page.soup.select(".row-link")] == ["+44 7400 123457"]


def test_inbox_opt_outs_page_through_everybody(vic: FlaskClient, db: Database) -> None:
    for ending in range(1000, 1120):
        opt_out(db, f"44740012{ending}")
    seen, url = [], "/inbox/opt-outs"
    while url:
        page = ReadPage(vic.get(url))
        seen += [each.get_text() for each in page.soup.select(".row-link")]
        older = page.soup.select_one("a[rel=next]")
        url = str(older["href"]) if older else ""
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.usefixtures("october")
def test_inbox_opt_outs_export_can_be_imported_again(
    vic: FlaskClient, sam: FlaskClient, db: Database
) -> None:
    opt_out(db)
    response = vic.post("/inbox/opt-outs/export")
    rows = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    london, utc = (datetime.fromisoformat(cell) for cell in rows[1][1:3])
    assert london.replace(tzinfo=ZoneInfo("Europe/London")) == utc.replace(tzinfo=UTC)
    assert rows[1][:1] + rows[1][3:] == ["+44 7400 123456", "sam", "staff", "By phone"]
    optouts.remove_opt_out(db, NUMBER, who="ada", reason="To be imported", now=datetime.now(UTC))
    data = {"file": (io.BytesIO(response.data), "opt-outs.csv")}
    sam.post("/inbox/opt-outs", data=data, content_type="multipart/form-data")
    assert numbers(db) == {NUMBER}


def test_inbox_opt_outs_words_are_kept_by_admins(
    ada: FlaskClient, sam: FlaskClient, receive: Receive, db: Database
) -> None:
    assert sam.post("/inbox/opt-outs/words", data={"word": "ARRET"}).status_code == 403
    assert ada.post("/inbox/opt-outs/words", data={"word": "!"}).status_code == 422
    ada.post("/inbox/opt-outs/words", data={"word": "ARRET"})
    receive("Arret!")
    assert optouts.is_opted_out(db, NUMBER)
    ada.post("/inbox/opt-outs/words/remove", data={"word": "STOP"})
    receive("STOP", sender=OTHER)
    assert not optouts.is_opted_out(db, OTHER)


def test_inbox_opt_outs_viewers_change_nothing(vic: FlaskClient, db: Database) -> None:
    page = ReadPage(vic.get("/inbox/opt-outs"))
    assert page.soup.select("#add") == []
    found = opt_out(db)
    assert vic.post("/inbox/opt-outs", data={"numbers": OTHER}).status_code == 403
    assert vic.post(f"/inbox/opt-outs/{found.id}/remove", data={"reason": "x"}).status_code == 403


@pytest.mark.parametrize("name", ["0", "x", "-1", "99999999999999999999"])
def test_inbox_opt_outs_what_is_none_is_not_found(vic: FlaskClient, name: str) -> None:
    assert vic.get(f"/inbox/opt-outs/{name}").status_code == 404

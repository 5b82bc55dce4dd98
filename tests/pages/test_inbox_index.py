import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.inbox import NUMBER, Receive, address, conversation_of
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox, When
from webapp.store import inbox_state, readings
from webapp.worker import Worker

OTHER = "447400123457"


def listed(page: ReadPage) -> list[str]:
    return [" ".join(each.get_text(" ").split()) for each in page.soup.select(".conversation-link")]


def pick(page: ReadPage, number: int = 0) -> str:
    return str(page.soup.select("input[name=pick]")[number]["value"])


def poll(client: FlaskClient, page: ReadPage) -> int:
    url = page.soup.select_one("#inbox_list")["hx-get"]
    return client.get(str(url), headers={"HX-Request": "true"}).status_code


def test_inbox_index_empty_says_that_replies_come_by_themselves(vic: FlaskClient) -> None:
    assert "Replies appear here by themselves" in ReadPage(vic.get("/inbox")).text


def test_inbox_index_shows_one_line_a_conversation_unread_first(
    vic: FlaskClient, sam: FlaskClient, receive: Receive
) -> None:
    receive("First", sender=OTHER)
    receive("Hello")
    receive("Are you there?")
    assert listed(ReadPage(vic.get("/inbox"))) == ["+44 7400 123457", "+44 7400 123456"]
    sam.post("/inbox/read", data={"action": "read", "pick": pick(ReadPage(sam.get("/inbox")))})
    page = ReadPage(vic.get("/inbox"))
    assert listed(page) == ["+44 7400 123456", "+44 7400 123457"]
    assert "Are you there?" in page.text
    assert "2 unread" in page.text
    assert "1 person waits" in page.text


def test_inbox_index_counts_who_waits_in_the_menu_of_every_page(vic: FlaskClient, receive: Receive) -> None:
    receive()
    receive("More")
    for url in ("/", "/inbox", "/messages"):
        assert ReadPage(vic.get(url)).soup.select_one("#nav_inbox_count").get_text(" ").split() == [
            "1",
            "new",
        ]


def test_inbox_index_unchanged_poll_has_no_body_and_every_change_is_seen(
    sam: FlaskClient, receive: Receive
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        receive()
        page = ReadPage(sam.get("/inbox"))
        assert poll(sam, page) == 204
        sam.post("/inbox/read", data={"action": "read", "pick": pick(page)})
        assert poll(sam, page) == 200
        page = ReadPage(sam.get("/inbox"))
        receive("And another thing")
        assert poll(sam, page) == 200


def test_inbox_index_says_when_replies_were_fetched_and_what_keeps_them(
    vic: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    worker.round(db)
    assert "Replies fetched" in ReadPage(vic.get("/inbox")).text
    sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER, operation="fetch_unread"))
    with time_machine.travel(datetime.now(UTC).timestamp() + 61):
        worker.round(db)
        page = ReadPage(vic.get("/inbox"))
    assert "Replies cannot be fetched just now" in page.text
    assert "stays at the provider" in page.text


def test_inbox_index_check_now_fetches_at_once_but_not_twice(sam: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.inject_inbound(sender=NUMBER, content="Hello")
    first = sam.post("/inbox/check", data={"next": "/inbox"}, follow_redirects=True)
    assert "1 new reply." in ReadPage(first).text
    calls = sandbox.calls()["fetch_unread"]
    again = sam.post("/inbox/check", data={"next": "/inbox"}, follow_redirects=True)
    assert "a second ago" in ReadPage(again).text
    assert sandbox.calls()["fetch_unread"] == calls


def test_inbox_index_marks_only_what_the_page_has_shown(
    sam: FlaskClient, receive: Receive, db: Database
) -> None:
    receive("Seen")
    seen = pick(ReadPage(sam.get("/inbox")))
    receive("Not seen")
    response = sam.post("/inbox/read", data={"action": "read", "pick": seen, "next": "/inbox"})
    assert conversation_of(db).unread == 1
    assert "1 text marked as read" in ReadPage(sam.get(response.location)).text


def test_inbox_index_bulk_marking_can_be_undone(sam: FlaskClient, receive: Receive, db: Database) -> None:
    receive("One")
    receive("Two", sender=OTHER)
    page = ReadPage(sam.get("/inbox"))
    shown = [str(each["value"]) for each in page.soup.select("input[name=shown]")]
    response = sam.post("/inbox/read", data={"action": "all-read", "shown": shown, "next": "/inbox?unread=1"})
    assert response.location.startswith("/inbox?unread=1&marked=")
    assert inbox_state.read_state(db).unread_conversations == 0
    undo = ReadPage(sam.get(response.location)).soup.select_one("input[name=mark]")
    assert undo is not None
    sam.post("/inbox/undo", data={"mark": str(undo["value"])})
    assert inbox_state.read_state(db).unread_texts == 2


def test_inbox_index_undo_leaves_what_others_have_marked_since(
    sam: FlaskClient, ada: FlaskClient, receive: Receive, db: Database
) -> None:
    conversation = receive("One")
    receive("Two")
    marked = sam.post(f"{address(conversation)}/read", data={"through": conversation_of(db).newest_row_id})
    mark_id = marked.location.rpartition("=")[2]
    first = ReadPage(ada.get(address(conversation))).soup.select_one("button[name=text]")
    assert first is not None
    ada.post(f"{address(conversation)}/read", data={"text": str(first["value"]), "action": "unread"})
    ada.post(f"{address(conversation)}/read", data={"text": str(first["value"]), "action": "read"})
    sam.post("/inbox/undo", data={"mark": mark_id})
    assert conversation_of(db).unread == 1


def test_inbox_index_marking_unread_brings_a_conversation_back(
    sam: FlaskClient, receive: Receive, db: Database
) -> None:
    receive()
    picked = pick(ReadPage(sam.get("/inbox")))
    sam.post("/inbox/read", data={"action": "read", "pick": picked})
    sam.post("/inbox/read", data={"action": "unread", "pick": picked})
    assert conversation_of(db).unread == 1


def test_inbox_index_filters_stand_in_the_address(vic: FlaskClient, receive: Receive) -> None:
    receive("Yes", keyword="FLU")
    receive("No", sender=OTHER, to="447400123401")
    for query, expected in (
        ("keyword=FLU", ["+44 7400 123456"]),
        ("to=447400123401", ["+44 7400 123457"]),
        ("unread=1", ["+44 7400 123456", "+44 7400 123457"]),
        ("since=2020-01-01", ["+44 7400 123457", "+44 7400 123456"]),
        ("until=2020-01-01", []),
        ("since=yesterday&until=9999-12-31", ["+44 7400 123456", "+44 7400 123457"]),
        ("keyword=' OR 1=1", []),
    ):
        assert listed(ReadPage(vic.get(f"/inbox?{query}"))) == expected, query


def test_inbox_index_a_filtered_conversation_is_shown_once_by_its_latest_match(
    vic: FlaskClient, receive: Receive
) -> None:
    receive("Yes 1", keyword="FLU")
    receive("Yes 2", keyword="FLU")
    receive("Something else")
    page = ReadPage(vic.get("/inbox?keyword=FLU"))
    assert listed(page) == ["+44 7400 123456"]
    assert "Yes 2" in page.text


@pytest.mark.parametrize("typed", ["friday", "Fridays", "FRIDAY come", "  friday?! "])
def test_inbox_index_finds_words_in_any_form(vic: FlaskClient, receive: Receive, typed: str) -> None:
    receive("Can I come on Friday?")
    receive("No thank you", sender=OTHER)
    page = ReadPage(vic.post("/inbox", data={"q": typed}))
    assert listed(page) == ["+44 7400 123456"]
    assert page.value("q") == typed.strip()


@pytest.mark.parametrize("typed", ["Ṣọ́lá", "ṣo\u0323\u0301la\u0301", "sola"])
def test_inbox_index_finds_words_with_accents_that_stand_apart(
    vic: FlaskClient, receive: Receive, typed: str
) -> None:
    receive("It is Ṣọ́lá, can I come?")
    receive("No thank you", sender=OTHER)
    assert listed(ReadPage(vic.post("/inbox", data={"q": typed}))) == ["+44 7400 123456"]


@pytest.mark.parametrize("typed", ["07400 123456", "+44 7400 123456", "0123456", "123456", "447400123456"])
def test_inbox_index_finds_a_number_by_any_part_of_it(vic: FlaskClient, receive: Receive, typed: str) -> None:
    receive()
    receive("No thank you", sender=OTHER)
    assert listed(ReadPage(vic.post("/inbox", data={"q": typed}))) == ["+44 7400 123456"]


@pytest.mark.parametrize(
    "typed", ['"', "'; DROP TABLE inbound", "a AND", "NEAR(", "*", "content:x", "12", "()", "\x00"]
)
def test_inbox_index_search_takes_whatever_is_typed(vic: FlaskClient, receive: Receive, typed: str) -> None:
    receive()
    assert vic.post("/inbox", data={"q": typed}).status_code in (200, 302)


def test_inbox_index_pages_through_everybody_once(
    vic: FlaskClient, sam: FlaskClient, sandbox: Sandbox, db: Database, receive: Receive
) -> None:
    for ending in range(1000, 1119):
        sandbox.inject_inbound(sender=f"44740012{ending}", content=f"Hello {ending}")
    receive("The last")
    page = ReadPage(sam.get("/inbox"))
    shown = [str(each["value"]) for each in page.soup.select("input[name=shown]")]
    sam.post("/inbox/read", data={"action": "all-read", "shown": shown})
    for start in ("/inbox", "/inbox?since=2020-01-01"):
        seen, url = [], start
        while url:
            page = ReadPage(vic.get(url))
            seen += listed(page)
            older = page.soup.select_one("a[rel=next]")
            url = str(older["href"]) if older else ""
        assert len(seen) == len(set(seen)) == 120, start


def test_inbox_index_search_pages_by_post(vic: FlaskClient, sandbox: Sandbox, receive: Receive) -> None:
    for ending in range(1000, 1059):
        sandbox.inject_inbound(sender=f"44740012{ending}", content="Hello there")
    receive("Hello")
    page = ReadPage(vic.post("/inbox", data={"q": "hello"}))
    assert len(listed(page)) == 50
    page = ReadPage(
        vic.post(
            "/inbox", data={"q": "hello", "before": page.soup.select_one("button[name=before]")["value"]}
        )
    )
    assert len(listed(page)) == 10


@pytest.mark.parametrize(
    "cursor", ["", "x", "w1-", "r99999999999999999-1", "w-1-1", "m1-1", "w1-99999999999999999999"]
)
def test_inbox_index_a_cursor_nobody_wrote_is_harmless(
    vic: FlaskClient, receive: Receive, cursor: str
) -> None:
    receive()
    assert vic.get("/inbox", query_string={"after": cursor}).status_code == 200


@pytest.mark.usefixtures("october")
def test_inbox_index_export_holds_what_is_filtered_and_runs_nothing(
    vic: FlaskClient, receive: Receive, db: Database
) -> None:
    receive("=HYPERLINK(1)", keyword="FLU")
    receive("two\nlines, and a comma", sender=OTHER)
    response = vic.post("/inbox/export?keyword=FLU")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows] == ["Number", "+44 7400 123456"]
    assert rows[1][6] == "'=HYPERLINK(1)"
    london, utc = (datetime.fromisoformat(cell) for cell in rows[1][2:4])
    assert london.replace(tzinfo=ZoneInfo("Europe/London")) == utc.replace(tzinfo=UTC)
    everything = list(csv.reader(io.StringIO(vic.post("/inbox/export").text)))
    assert len(everything) == 3
    assert everything[1][6] == "two\nlines, and a comma"
    found = list(csv.reader(io.StringIO(vic.post("/inbox/export", data={"q": "comma"}).text)))
    assert len(found) == 2
    trail = [
        json.loads(str(each[0]))
        for each in db.execute("SELECT details FROM audit WHERE action = 'exported the inbox'")
    ]
    assert len(trail) == 3


def test_inbox_index_viewer_is_offered_no_marking_and_refused_it(vic: FlaskClient, receive: Receive) -> None:
    receive()
    page = ReadPage(vic.get("/inbox"))
    assert page.soup.select("input[name=pick]") == []
    assert vic.post("/inbox/read", data={"action": "read"}).status_code == 403


def test_inbox_index_title_and_sound_are_off_until_somebody_wants_them(
    sam: FlaskClient, receive: Receive
) -> None:
    receive()
    page = ReadPage(sam.get("/inbox"))
    assert page.title().startswith("Inbox")
    url = str(page.soup.select_one("#inbox_list")["hx-get"])
    receive("Another")
    assert "<audio" not in sam.get(url, headers={"HX-Request": "true"}).text
    sam.post("/inbox/alerts", data={"alert": ["title", "sound"]})
    fragment = sam.get(url, headers={"HX-Request": "true"}).text
    assert "<audio" in fragment
    assert "<title>(1) Inbox" in fragment
    assert ReadPage(sam.get("/inbox")).title().startswith("(1) Inbox")
    assert "<audio" not in sam.get("/inbox").text


def test_inbox_index_notes_that_somebody_is_here(vic: FlaskClient, db: Database) -> None:
    vic.get("/inbox")
    seen = readings.last_heartbeat(db, readings.STAFF)
    assert seen is not None


def test_inbox_index_digits_that_are_in_no_number_are_looked_for_in_texts(
    vic: FlaskClient, receive: Receive
) -> None:
    receive("Is it at 10.45 then?")
    assert listed(ReadPage(vic.post("/inbox", data={"q": "10.45"}))) == ["+44 7400 123456"]
    assert "10.45" in vic.post("/inbox/export", data={"q": "10.45"}).text
    assert listed(ReadPage(vic.post("/inbox", data={"q": "10.59"}))) == []

"""Erasing: what is too old, and one number on request. What happened and what it cost stays."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.batch_steps import a_confirmed_list, figures
from tests.pages.inbox import Receive
from tests.pages.page import ReadPage
from webapp.config import Settings
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.services.erasing import all_of, erase, erase_due
from webapp.services.sync_inbox import sync_inbox
from webapp.services.sync_log import store_found, sync_log
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import MessageQuery
from webapp.store import audit, calls, erasing_requests, known_names, optouts, overwriting
from webapp.store.audit import AuditFilter
from webapp.store.calls import OutboxState
from webapp.store.erasing import Extent
from webapp.store.optouts import OptOutSource
from webapp.store.organisation import change_organisation, read_organisation

NUMBER = "447400123411"
SENT, FAILED, CAME_IN, BATCH, DRAFT, NAME = WORDS = (
    "Zebrawords",
    "Quaggawords",
    "Okapiwords",
    "Gnuwords",
    "Elandwords",
    "Impalawords",
)
SHOWN = "+44 7400 123411"
Send = Callable[..., str]


@pytest.fixture
def a_year(
    send: Send, sam: FlaskClient, receive: Receive, db: Database, batch_time: Callable[[], None]
) -> str:
    """Texts out and in, a failure, a list and a draft, all settled and read; the address of the batch."""
    named = {"metadata-0-key": "patient", "metadata-0-value": NAME}
    send(content=f"{SENT} on Tuesday", recipients="07400 123411", **named)
    send(content=f"{FAILED} on Tuesday", recipients="07400 123490")
    url = a_confirmed_list(sam, f"Name,Mobile\n{BATCH},07400 123411\nSam,07400 123457\n", f"{BATCH} for all")
    draft = {"recipients": "07400 123411", "sender": "ElmStreet", "content": DRAFT, "when": "now"}
    sam.post("/compose/new", data={**draft, "intent": "check"})
    receive(f"{CAME_IN} yes", sender=NUMBER)
    batch_time()
    db.execute("UPDATE messages SET next_check_at = created_at WHERE next_check_at IS NOT NULL")
    db.conn.commit()
    batch_time()
    read_everything(db)
    return url


def read_everything(db: Database) -> None:
    db.execute("UPDATE inbound SET read_at = received_at, read_by = 1")
    db.conn.commit()


def everything() -> Extent:
    """As if a year had passed."""
    return Extent(datetime.now(UTC) + timedelta(hours=1))


def of_number() -> Extent:
    """As if the last reports had come."""
    return Extent(datetime.now(UTC) + timedelta(hours=1), NUMBER)


def bytes_of(settings: Settings) -> bytes:
    files = [settings.database, Path(f"{settings.database}-wal")]
    return b"".join(path.read_bytes() for path in files if path.exists())


def links_of(page: ReadPage) -> set[str]:
    links = {str(link["href"]) for link in page.soup.select("main a[href^='/'], nav a[href^='/']")}
    # What the provider is asked for there and then is not ours to erase.
    return {link for link in links if not link.startswith(("/static", "/batches/lookup"))}


def crawl(client: FlaskClient, *starts: str) -> dict[str, str]:
    """Every page that can be reached by two clicks from these, by address."""
    seen: dict[str, str] = {}
    ahead = set(starts)
    for _ in range(3):
        found: set[str] = set()
        for address in ahead - set(seen):
            response = client.get(address)
            assert response.status_code in (200, 302), address
            seen[address] = response.text
            if response.mimetype == "text/html" and response.status_code == 200:
                found |= links_of(ReadPage(response))
        ahead = found
    return seen


LISTS = ("/", "/messages", "/failed", "/inbox", "/batches", "/scheduled", "/account/erasing")


def test_account_erasing_leaves_no_word_and_no_number_in_the_file(
    a_year: str, db: Database, settings: Settings
) -> None:
    before = bytes_of(settings)
    assert all(word.encode() in before for word in WORDS)
    assert b"7400123411" in before
    done = erase(db, everything(), folder=settings.uploads)
    assert (done.messages, done.calls, done.batches, done.conversations) == (5, 3, 1, 1)
    overwriting.write_anew(db)
    overwriting.empty_log(db)
    after = bytes_of(settings)
    for trace in (*WORDS, *(word.lower() for word in WORDS), "7400123411", "7400 123411", "7400123490"):
        assert trace.encode() not in after, trace


def test_account_erasing_overwrites_also_without_writing_the_file_anew(
    send: Send, db: Database, settings: Settings, batch_time: Callable[[], None]
) -> None:
    for position in range(40):
        send(content=f"{SENT} number {position}", recipients=f"07400 1234{position + 10}")
    batch_time()
    assert SENT.encode() in bytes_of(settings)
    erase(db, everything(), folder=settings.uploads)
    after = bytes_of(settings)
    for trace in (SENT, SENT.lower(), "7400123411", "7400123449"):
        assert trace.encode() not in after, trace


@pytest.mark.parametrize("extent", [everything, of_number], ids=["retention", "a number"])
def test_account_erasing_overwrites_calls_that_became_no_message(
    send: Send,
    db: Database,
    settings: Settings,
    batch_time: Callable[[], None],
    extent: Callable[[], Extent],
) -> None:
    """One refused; and one that was unknown for a while, so that its words were taken out before."""
    send(content=f"{FAILED} on Tuesday", recipients="07400 123411")
    send(content=f"{SENT} on Tuesday", recipients="07400 123411")
    batch_time()
    for state in ("unknown", "accepted"):
        db.execute("UPDATE outbox SET state = ? WHERE payload LIKE ?", [state, f"%{SENT}%"])
        db.conn.commit()
    db.execute("UPDATE outbox SET state = 'refused' WHERE payload LIKE ?", [f"%{FAILED}%"])
    db.execute("UPDATE messages SET outbox_id = NULL")
    db.conn.commit()
    stems = [word.lower().removesuffix("s").encode() for word in (SENT, FAILED)]
    held = b"".join(each["block"] for each in db.query("SELECT block FROM call_words_data"))
    assert all(stem in held for stem in stems)
    erase(db, extent(), folder=settings.uploads)
    after = bytes_of(settings)
    for trace in (SENT.encode(), FAILED.encode(), *stems, b"7400123411"):
        assert trace not in after, trace


def test_account_erasing_keeps_counts_statuses_and_credits(
    a_year: str, ada: FlaskClient, db: Database, settings: Settings
) -> None:
    sums = "SELECT status, tag, created_at, credits, failure_code FROM messages ORDER BY id"
    of_calls = "SELECT state, created_at, credits_used, estimated_credits, error_code FROM outbox ORDER BY id"
    before = [list(db.query(sums)), list(db.query(of_calls))]
    shown = figures(ReadPage(ada.get(a_year)))
    failed = ReadPage(ada.get("/failed")).soup.select(".plot td")
    erase(db, everything(), folder=settings.uploads)
    assert [list(db.query(sums)), list(db.query(of_calls))] == before
    assert figures(ReadPage(ada.get(a_year))) == shown
    again = ReadPage(ada.get("/failed"))
    assert [cell.get_text() for cell in again.soup.select(".plot td")] == [cell.get_text() for cell in failed]
    assert "Given back" in again.text


def test_account_erasing_every_page_says_that_it_was_erased(
    a_year: str, ada: FlaskClient, db: Database, settings: Settings
) -> None:
    erase(db, everything(), folder=settings.uploads)
    pages = crawl(ada, *LISTS, a_year)
    assert len(pages) > 25
    for address, text in pages.items():
        assert not [word for word in (*WORDS, SHOWN, NUMBER) if word in text], address
    today = datetime.now(settings.timezone)
    day = f"{today:%a} {today.day} {today:%b %Y}"
    for address in ("/messages", "/failed", "/inbox"):
        assert f"(erased on {day})" in pages[address], address
        assert "erased number" in pages[address].lower(), address
    for address in ("/batches", a_year):
        assert f"(erased on {day})" in pages[address], address
    assert "were erased on" in pages[a_year]
    conversation = next(text for address, text in pages.items() if address.startswith("/inbox/1"))
    assert "The number was erased, so nobody can be texted from here" in conversation


def test_account_erasing_offers_nothing_to_do_with_what_is_gone(
    a_year: str, ada: FlaskClient, db: Database, settings: Settings
) -> None:
    (call, *_) = calls.list_calls(db, "batch_id IS NULL ORDER BY id", [])
    erase(db, everything(), folder=settings.uploads)
    buttons = ReadPage(ada.get(f"/messages/{call.ref}")).buttons()
    assert not [words for words in buttons if words.startswith(("Send again", "Delete"))]
    page = ReadPage(ada.get("/failed"))
    assert not page.soup.select("input[name=pick][checked]")
    pick = page.soup.select_one("input[name=pick]")
    assert pick is not None
    for action, words in (("resend", "Left out: 1 were erased"), ("opt-out", "Nobody was chosen")):
        after = ReadPage(ada.post(f"/failed/{action}", data={"pick": pick["value"]}, follow_redirects=True))
        assert any(words in alert for alert in after.alerts())
    assert len(ada.post("/failed/export").get_data(as_text=True).splitlines()) == 1
    for address in ("/messages/export", "/inbox/export", f"{a_year}/result.csv"):
        response = ada.open(address, method="GET" if address.startswith("/batches") else "POST")
        assert response.status_code == 200
        assert not [word for word in (*WORDS, SHOWN) if word in response.get_data(as_text=True)]


def test_account_erasing_the_log_of_the_provider_brings_nothing_back(
    a_year: str, db: Database, settings: Settings, provider: SmsWorks, sandbox: Sandbox
) -> None:
    erase(db, everything(), folder=settings.uploads)
    db.execute("UPDATE log_state SET read_to = NULL")
    db.execute("DELETE FROM leases")
    db.conn.commit()
    sync_log(db, provider, lease_seconds=30)
    sync_inbox(db, provider, every=timedelta(), lease_seconds=30)
    store_found(db, provider.search_messages(query=MessageQuery(destination=NUMBER)))
    store_found(db, provider.search_messages(query=MessageQuery(status="INCOMING")))
    left = list(db.query("SELECT * FROM messages"))
    assert len(left) == 5
    assert {row["content"] for row in left} == {""}
    assert {row["raw"] for row in left} == {"{}"}
    assert not list(db.query("SELECT * FROM inbound_differences"))
    assert not list(db.query("SELECT rowid FROM message_words WHERE message_words MATCH ?", [SENT]))


@pytest.mark.usefixtures("october")
def test_account_erasing_keeps_what_is_not_settled(
    send: Send, db: Database, settings: Settings, sandbox: Sandbox, receive: Receive
) -> None:
    send(content="Later", when="later", date="2027-02-01", time="09:00")
    receive("Nobody has read this", sender=NUMBER)
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_message"))
    send(content="Unknown")
    done = erase(db, everything(), folder=settings.uploads)
    assert (done.messages, done.calls, done.conversations, done.drafts) == (0, 0, 0, 0)
    kept = {str(call.payload["content"]) for call in calls.list_calls(db, "1", [])}
    assert kept == {"Later", "Unknown"}
    read_everything(db)
    assert erase(db, everything(), folder=settings.uploads).messages == 1


def test_account_erasing_one_number_leaves_everybody_else(
    a_year: str, db: Database, settings: Settings, ada: FlaskClient
) -> None:
    erase(db, of_number(), folder=settings.uploads)
    numbers = {row["number"] for row in db.query("SELECT number FROM batch_rows")}
    assert numbers == {"erased-GB", "447400123457"}
    contents = {row["content"] for row in db.query("SELECT content FROM messages WHERE erased_at IS NULL")}
    assert contents == {f"{FAILED} on Tuesday", f"{BATCH} for all"}
    assert not [a for a, text in crawl(ada, *LISTS).items() if SHOWN in text or NUMBER in text]


def test_account_erasing_one_number_takes_its_name_and_nobody_elses(
    a_year: str, db: Database, settings: Settings
) -> None:
    assert known_names.names_of(db, [NUMBER, "447400123457"]) == {NUMBER: BATCH, "447400123457": "Sam"}
    erase(db, of_number(), folder=settings.uploads)
    assert known_names.names_of(db, [NUMBER, "447400123457"]) == {"447400123457": "Sam"}


def test_account_erasing_what_is_too_old_takes_its_names(
    a_year: str, db: Database, settings: Settings
) -> None:
    erase(db, everything(), folder=settings.uploads)
    assert not list(db.query("SELECT * FROM known_names"))
    assert not list(db.query("SELECT * FROM conversation_names"))


def test_account_erasing_one_number_takes_its_metadata_and_nobody_elses(
    send: Send, db: Database, settings: Settings, ada: FlaskClient, batch_time: Callable[[], None]
) -> None:
    for recipients, name in (("07400 123411", NAME), ("07400 123412", "Somebody else")):
        send(recipients=recipients, **{"metadata-0-key": "patient", "metadata-0-value": name})
    batch_time()
    db.execute("UPDATE messages SET next_check_at = created_at WHERE next_check_at IS NOT NULL")
    db.conn.commit()
    batch_time()
    assert len(ReadPage(ada.post("/messages", data={"metadata": "patient"})).soup.select(".row-link")) == 2
    erase(db, of_number(), folder=settings.uploads)
    assert [row["value"] for row in db.query("SELECT value FROM message_metadata")] == ["Somebody else"]
    page = ReadPage(ada.post("/messages", data={"metadata": f"patient={NAME}"}))
    assert page.soup.select(".row-link") == []


def test_account_erasing_an_opt_out_survives(
    a_year: str, ada: FlaskClient, db: Database, settings: Settings
) -> None:
    optouts.add_opt_out(db, NUMBER, who="sam", source=OptOutSource.STAFF, now=datetime.now(UTC))
    form = {"number": "07400 123411", "word": "ERASE"}
    page = ReadPage(ada.post("/account/erasing/number", data=form, follow_redirects=True))
    assert any("stays on the list of opt-outs" in alert for alert in page.alerts())
    erase(db, of_number(), folder=settings.uploads)
    assert optouts.is_opted_out(db, NUMBER)


def test_account_erasing_a_number_that_was_asked_for_goes_as_soon_as_it_is_settled(
    a_year: str, ada: FlaskClient, db: Database, settings: Settings
) -> None:
    page = ReadPage(
        ada.post("/account/erasing/number", data={"number": SHOWN, "word": "ERASE"}, follow_redirects=True)
    )
    assert "About to be erased" in page.text
    erase_due(db, folder=settings.uploads)
    assert "Some of it is not settled yet" in ReadPage(ada.get("/account/erasing")).text
    four_days_ago = "strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now', '-4 days')"
    for table, columns in (
        ("messages", ("created_at",)),
        ("outbox", ("created_at", "goes_at")),
        ("drafts", ("updated_at", "confirmed_at", "discarded_at")),
        ("batches", ("ended_at", "updated_at")),
    ):
        for column in columns:
            sql = f"UPDATE {table} SET {column} = {four_days_ago} WHERE {column} IS NOT NULL"  # noqa: S608
            db.execute(sql)
    db.execute("UPDATE erasing_requests SET tried_at = NULL")
    db.conn.commit()
    erase_due(db, folder=settings.uploads)
    page = ReadPage(ada.get("/account/erasing"))
    assert "erased number" in page.text
    assert SHOWN not in page.text
    (request,) = erasing_requests.list_requests(db, limit=9)
    assert (request.number, request.finished_at is not None) == ("", True)
    entries = audit.list_entries(db, AuditFilter(subject=f"erasing request {request.id}"), limit=9)
    assert [entry.action for entry in entries][-1] == "asked to erase a number"
    assert entries[0].details["finished"] is True
    assert "7400123411" not in str([entry.details for entry in entries])


def test_account_erasing_happens_once_a_day_by_the_rule(
    a_year: str, db: Database, settings: Settings
) -> None:
    db.execute("UPDATE messages SET created_at = '2025-01-01T00:00:00.000000Z'")
    db.conn.commit()
    erase_due(db, folder=settings.uploads)
    assert not list(db.query("SELECT 1 FROM messages WHERE erased_at IS NOT NULL"))
    change_organisation(db, {"retention_days": 90}, changed_by="ada", now=datetime.now(UTC))
    erase_due(db, folder=settings.uploads)
    assert len(list(db.query("SELECT 1 FROM messages WHERE erased_at IS NOT NULL"))) == 5
    (entry,) = audit.list_entries(db, AuditFilter(action="erased what is too old"), limit=9)
    assert (entry.user_name, entry.details["days"], entry.details["messages"]) == ("Textdesk", 90, 5)
    db.execute("UPDATE messages SET erased_at = NULL")
    db.conn.commit()
    erase_due(db, folder=settings.uploads)
    assert not list(db.query("SELECT 1 FROM messages WHERE erased_at IS NOT NULL"))


def test_account_erasing_an_admin_changes_how_long_texts_are_kept(
    ada: FlaskClient, vic: FlaskClient, db: Database
) -> None:
    page = ReadPage(ada.post("/account/erasing/retention", data={"days": "365"}, follow_redirects=True))
    assert any("erased after 365 days" in alert for alert in page.alerts())
    assert page.value("days") == "365"
    assert "365 days" in ReadPage(vic.get("/account/erasing")).text
    (entry,) = audit.list_entries(db, AuditFilter(action="changed how long texts are kept"), limit=9)
    assert entry.details["after"] == {"retention_days": 365}
    ada.post("/account/erasing/retention", data={"days": ""})
    assert read_organisation(db).retention_days is None


def test_account_erasing_a_long_round_stops_and_goes_on_where_it_was(
    a_year: str, db: Database, settings: Settings
) -> None:
    over = Extent(everything().before, deadline=monotonic())
    done = erase(db, over, folder=settings.uploads)
    assert done.batches == 0
    assert not overwriting.overwrite(db, deadline=monotonic())
    assert erase(db, everything(), folder=settings.uploads).batches == 1
    assert overwriting.overwrite(db, deadline=monotonic())
    assert SENT.lower().encode() not in bytes_of(settings)


def test_account_erasing_asks_again_before_anything_would_go(
    a_year: str, ada: FlaskClient, db: Database
) -> None:
    db.execute("UPDATE messages SET created_at = '2025-01-01T00:00:00.000000Z'")
    db.conn.commit()
    page = ReadPage(ada.post("/account/erasing/retention", data={"days": "90"}))
    assert page.status == 422
    assert any("5 texts are older than that" in error for error in page.errors())
    assert page.value("days") == "90"
    assert read_organisation(db).retention_days is None
    ada.post("/account/erasing/retention", data={"days": "90", "sure": "y"})
    assert read_organisation(db).retention_days == 90


@pytest.mark.parametrize("days", ["29", "0", "-1", "3651", "soon", "1e9", "9" * 400])
def test_account_erasing_refuses_a_time_nobody_can_mean(ada: FlaskClient, db: Database, days: str) -> None:
    page = ReadPage(ada.post("/account/erasing/retention", data={"days": days}))
    assert page.status == 422
    assert page.errors()
    assert read_organisation(db).retention_days is None


@pytest.mark.parametrize(
    ("number", "word", "words"),
    [
        ("07400 123411", "erase", "in capitals"),
        ("07400 123411", "", "Nothing was erased"),
        ("0161 496 0000", "ERASE", "landline"),
        ("", "ERASE", "Enter a number"),
        ("'; DROP TABLE messages", "ERASE", ""),
    ],
)
def test_account_erasing_wants_a_number_and_the_word(
    ada: FlaskClient, db: Database, number: str, word: str, words: str
) -> None:
    page = ReadPage(ada.post("/account/erasing/number", data={"number": number, "word": word}))
    assert page.status == 422
    assert any(words in error for error in page.errors())
    assert page.soup.select_one("details[open] input[name=number]")
    assert erasing_requests.list_requests(db, limit=9) == []


def test_account_erasing_is_an_admins_part(vic: FlaskClient, sam: FlaskClient) -> None:
    for client in (vic, sam):
        page = ReadPage(client.get("/account/erasing"))
        assert not {"Save", "Erase it for good"} & set(page.buttons())
        for action in ("retention", "number"):
            assert client.post(f"/account/erasing/{action}").status_code == 403


def test_account_erasing_goes_on_where_a_stopped_program_left_off(
    a_year: str, db: Database, settings: Settings
) -> None:
    """Some of it is gone, some is not: the next round takes the rest, and counts only that."""
    db.execute("UPDATE messages SET erased_at = created_at, content = '' WHERE id % 2")
    db.conn.commit()
    done = erase(db, everything(), folder=settings.uploads)
    assert done.messages == 2
    assert erase(db, everything(), folder=settings.uploads).is_any is False


def test_account_erasing_a_text_of_the_same_number_begins_a_new_conversation(
    a_year: str, db: Database, settings: Settings, receive: Receive, ada: FlaskClient
) -> None:
    erase(db, everything(), folder=settings.uploads)
    conversation = receive("Hello again", sender=NUMBER)
    page = ReadPage(ada.get(f"/inbox/{conversation.id}"))
    assert SHOWN in page.text
    assert CAME_IN not in page.text


def test_account_erasing_spares_the_last_three_days_of_a_number(
    a_year: str, db: Database, settings: Settings
) -> None:
    assert erase(db, all_of(NUMBER), folder=settings.uploads).is_any is False
    assert {call.state for call in calls.list_calls(db, "1", [])} == {OutboxState.ACCEPTED}

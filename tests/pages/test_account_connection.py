import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import provider_over, signed_in
from tests.pages.batch_steps import a_confirmed_list
from tests.pages.conftest import form_data, say_yes
from tests.pages.page import ReadPage
from webapp.config import Settings
from webapp.sandbox import CUSTOMER_ID, DEMO_KEY, DEMO_SECRET, DEMO_TOKEN, Fault, FaultKind, Sandbox, When
from webapp.services.token_source import TokenSource
from webapp.smsworks.client import SmsWorks
from webapp.store import leases, provider_tokens, readings
from webapp.store.sealed import Keyring
from webapp.web.context import Desk
from webapp.worker import Worker

KEY_AND_SECRET = {"api_key": DEMO_KEY, "api_secret": DEMO_SECRET}
BARE_TOKEN = DEMO_TOKEN.removeprefix("JWT ")
ANOTHER = "another-customer-0001"
LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def provider(sandbox: Sandbox, settings: Settings) -> SmsWorks:
    """With the token that counts, as an installation has it."""
    token = TokenSource(
        database=settings.database,
        keyring=Keyring(settings.secret_key),
        environment_token=settings.smsworks_token,
    )
    return provider_over(sandbox.wsgi, token=token, newest_token=token.newest)


def paste(ada: FlaskClient, token: str = DEMO_TOKEN) -> ReadPage:
    return ReadPage(ada.post("/account/connection/token", data={"api_token": token}, follow_redirects=True))


def fetch(ada: FlaskClient, **typed: str) -> ReadPage:
    data = {**KEY_AND_SECRET, **typed}
    return ReadPage(ada.post("/account/connection/key", data=data, follow_redirects=True))


def press(client: FlaskClient, page: ReadPage, button: str) -> ReadPage:
    """Press the button of that name, with the hidden fields of its form."""
    forms = page.soup.select("form")
    form = next(each for each in forms if button in [inside.get_text() for inside in each.select("button")])
    fields = {str(each["name"]): str(each["value"]) for each in form.select("input[type=hidden]")}
    return ReadPage(client.post(str(form["action"]), data=fields, follow_redirects=True))


def is_good(provider: SmsWorks) -> bool:
    return provider.get_customer_id() == CUSTOMER_ID


def test_the_connection_test_names_the_customer(ada: FlaskClient) -> None:
    page = ReadPage(ada.post("/account/connection/test", follow_redirects=True))
    assert any(CUSTOMER_ID in alert for alert in page.alerts())


def test_the_connection_test_says_what_is_wrong(ada: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.HTML, operation="get_customer_id", times=None))
    page = ReadPage(ada.post("/account/connection/test", follow_redirects=True))
    assert page.heading() == "Account"
    assert any("has a fault at its end" in alert for alert in page.alerts())


def test_the_connection_test_notices_another_customer(ada: FlaskClient, db: Database) -> None:
    provider_tokens.record_customer(db, ANOTHER, now=LONG_AGO)
    page = ReadPage(ada.post("/account/connection/test", follow_redirects=True))
    assert any(CUSTOMER_ID in alert and ANOTHER in alert for alert in page.alerts())
    assert provider_tokens.known_customer(db) == ANOTHER


def test_a_token_of_another_account_in_the_settings_is_said_until_somebody_means_it(
    ada: FlaskClient, vic: FlaskClient, worker: Worker, db: Database
) -> None:
    worker.round(db)
    assert provider_tokens.known_customer(db) == CUSTOMER_ID
    provider_tokens.record_customer(db, ANOTHER, now=datetime.now(UTC))
    worker.last_run.clear()
    worker.round(db)
    assert any("two accounts are being mixed" in alert for alert in ReadPage(vic.get("/")).alerts())
    page = press(ada, paste(ada), f"Use it for customer {CUSTOMER_ID}")
    assert not any("two accounts" in alert for alert in page.alerts())
    worker.last_run.clear()
    worker.round(db)
    assert not any("two accounts" in alert for alert in ReadPage(vic.get("/")).alerts())


def test_only_an_admin_is_offered_changes(ada: FlaskClient, vic: FlaskClient) -> None:
    changes = {"Test the connection", "Fetch a token and use it", "Test this token and use it"}
    assert changes <= set(ReadPage(ada.get("/account/connection")).buttons())
    assert not changes & set(ReadPage(vic.get("/account/connection")).buttons())


@pytest.mark.parametrize(
    "pasted",
    [DEMO_TOKEN, BARE_TOKEN, f"Bearer {BARE_TOKEN}", f"  jwt {BARE_TOKEN[:40]}\r\n{BARE_TOKEN[40:]} "],
)
def test_a_pasted_token_is_used_in_whatever_form_it_comes(ada: FlaskClient, pasted: str) -> None:
    page = paste(ada, pasted)
    assert any(f"in use, for customer {CUSTOMER_ID}" in alert for alert in page.alerts())
    assert "Entered by ada" in page.text


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "Paste the token"),
        ("JWT ", "This is no token"),
        ("JWT not.the.tökén", "This is no token"),
        ("JWT not.the.token", "does not accept this token"),
        ("x" * 5000, "too long"),
    ],
)
def test_a_token_that_is_not_good_changes_nothing(
    ada: FlaskClient, db: Database, pasted: str, words: str
) -> None:
    paste(ada)
    before = provider_tokens.token_in_use(db)
    page = paste(ada, pasted)
    assert page.status == 422
    assert any(words in error for error in page.errors())
    assert provider_tokens.token_in_use(db) == before
    assert provider_tokens.find_candidate(db) is None


def test_a_token_that_could_not_be_tested_waits_and_can_be_tested_again(
    ada: FlaskClient, db: Database, sandbox: Sandbox
) -> None:
    provider_tokens.record_customer(db, CUSTOMER_ID, now=LONG_AGO)
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="get_customer_id", times=3))
    page = paste(ada)
    assert "TEXTDESK_SMSWORKS_TOKEN, from the settings" in page.text
    assert "has a fault at its end" in page.text
    page = press(ada, page, "Test it and use it")
    assert "Entered by ada" in page.text
    assert page.soup.select_one("#token_waits") is None


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("customer_id", ["", CUSTOMER_ID])
def test_key_and_secret_become_a_token(
    ada: FlaskClient, provider: SmsWorks, sandbox: Sandbox, bare: bool, customer_id: str
) -> None:
    sandbox.change_switches({"bare_token": bare})
    page = fetch(ada, customer_id=customer_id)
    assert any(f"in use, for customer {CUSTOMER_ID}" in alert for alert in page.alerts())
    assert is_good(provider)


@pytest.mark.parametrize(
    "typed", [{"api_secret": "wrong"}, {"customer_id": "of somebody else"}, {"api_key": ""}]
)
def test_a_wrong_key_changes_nothing(
    ada: FlaskClient, db: Database, provider: SmsWorks, typed: dict[str, str]
) -> None:
    page = fetch(ada, **typed)
    assert page.status == 422
    assert page.errors()
    assert page.value("api_secret") == ""
    assert is_good(provider)
    assert provider_tokens.find_asked(db) is None


def test_when_the_answer_with_the_token_is_lost_the_page_says_what_it_means(
    ada: FlaskClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER, operation="issue_token"))
    assert "Perhaps it issued one that never came here" in fetch(ada).text
    assert "Perhaps it issued one that never came here" in fetch(ada, api_secret="wrong").text
    page = ReadPage(ada.post("/account/connection/test", follow_redirects=True))
    assert any("was not accepted" in alert for alert in page.alerts())
    page = fetch(ada)
    assert any("It is in use" in alert for alert in page.alerts())
    assert page.soup.select_one("#token_asked") is None


def test_a_fetched_token_that_could_not_be_tested_is_kept(
    ada: FlaskClient, db: Database, sandbox: Sandbox, provider: SmsWorks
) -> None:
    provider_tokens.record_customer(db, CUSTOMER_ID, now=LONG_AGO)
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="get_customer_id", times=3))
    page = fetch(ada)
    assert "has probably ended the token before it" in page.text
    # A wrong second attempt does not cost the token that waits.
    fetch(ada, api_secret="wrong")
    page = press(ada, ReadPage(ada.get("/account/connection")), "Test it and use it")
    assert any("It is in use" in alert for alert in page.alerts())
    assert is_good(provider)


def test_a_token_of_another_customer_needs_a_second_yes(ada: FlaskClient, db: Database) -> None:
    provider_tokens.record_customer(db, ANOTHER, now=LONG_AGO)
    page = paste(ada)
    assert CUSTOMER_ID in page.text
    assert ANOTHER in page.text
    assert provider_tokens.token_in_use(db) is None
    page = press(ada, page, f"Use it for customer {CUSTOMER_ID}")
    assert "Entered by ada" in page.text
    assert provider_tokens.known_customer(db) == CUSTOMER_ID


def test_the_second_yes_counts_only_for_the_customer_that_was_shown(ada: FlaskClient, db: Database) -> None:
    provider_tokens.record_customer(db, ANOTHER, now=LONG_AGO)
    paste(ada)
    waiting = provider_tokens.find_candidate(db)
    assert waiting is not None
    for customer_id in ("", ANOTHER, "a third"):
        ada.post("/account/connection/candidate", data={"ref": waiting.ref, "customer_id": customer_id})
    assert provider_tokens.token_in_use(db) is None


def test_a_token_that_waits_can_be_discarded(ada: FlaskClient, db: Database) -> None:
    provider_tokens.record_customer(db, ANOTHER, now=LONG_AGO)
    page = press(ada, paste(ada), "Discard it")
    assert page.soup.select_one("#token_waits") is None
    assert provider_tokens.find_candidate(db) is None


def test_what_was_shown_and_is_gone_is_not_used(ada: FlaskClient, db: Database) -> None:
    page = ReadPage(
        ada.post("/account/connection/candidate", data={"ref": "of another time"}, follow_redirects=True)
    )
    assert any("no longer there" in alert for alert in page.alerts())
    assert provider_tokens.token_in_use(db) is None


def test_two_admins_do_not_change_the_token_at_once(
    ada: FlaskClient, db: Database, provider: SmsWorks
) -> None:
    leases.take_lease(db, "provider token", now=LONG_AGO, until=LONG_AGO.replace(year=2999))
    page = fetch(ada)
    assert any("Nothing was done" in alert for alert in page.alerts())
    assert is_good(provider)


def test_the_stored_token_counts_before_the_one_in_the_settings(
    ada: FlaskClient, provider: SmsWorks, settings: Settings
) -> None:
    page = fetch(ada)
    assert settings.smsworks_token
    assert "counts before TEXTDESK_SMSWORKS_TOKEN" in page.text
    assert is_good(provider)


def test_removing_the_stored_token_goes_back_to_the_settings(ada: FlaskClient, provider: SmsWorks) -> None:
    paste(ada)
    page = ReadPage(ada.post("/account/connection/remove", follow_redirects=True))
    assert "TEXTDESK_SMSWORKS_TOKEN, from the settings" in page.text
    assert is_good(provider)


def test_credentials_are_never_shown_logged_or_stored_in_the_clear(
    ada: FlaskClient, sandbox: Sandbox, db: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        pages = [
            paste(ada),
            paste(ada, "JWT not.the.token"),
            fetch(ada, api_secret="not-the-secret"),
            fetch(ada),
        ]
    with sandbox.store.reading() as log:
        issued = str(log.execute("SELECT token FROM account").fetchone()[0])
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = settings.database.read_bytes()
    for secret in (BARE_TOKEN, issued.removeprefix("JWT "), DEMO_SECRET, "not.the.token", "not-the-secret"):
        assert all(secret not in page.response.text for page in pages)
        assert secret not in caplog.text
        assert secret.encode() not in kept
    assert "issue_token" in caplog.text


def test_credentials_posted_by_somebody_signed_out_are_not_handed_back(app: Flask) -> None:
    client = signed_in(app, "ada")
    with client.session_transaction() as session:
        session["seen_at"] = 0
    for address, typed in (("token", {"api_token": DEMO_TOKEN}), ("key", KEY_AND_SECRET)):
        response = client.post(f"/account/connection/{address}", data=typed)
        assert response.status_code == 401
        assert not any(secret in response.text for secret in typed.values())


def test_the_audit_trail_says_who_changed_the_token_and_for_which_customer(
    ada: FlaskClient, db: Database
) -> None:
    paste(ada)
    (entry,) = db.conn.execute("SELECT * FROM audit WHERE action = 'changed the provider token'").fetchall()
    assert entry["user_name"] == "ada"
    assert CUSTOMER_ID in entry["details"]


def test_a_new_token_counts_at_once_in_programs_that_run_already(
    ada: FlaskClient, sam: FlaskClient, worker: Worker, db: Database, sandbox: Sandbox
) -> None:
    worker.round(db)
    fetch(ada)
    say_yes(sam, sam.post("/compose/new", data=form_data()).location)
    assert len(sandbox.accepted()) == 1
    worker.last_run.clear()
    worker.round(db)
    heard = readings.last_heartbeat(db, readings.PROVIDER)
    assert heard is not None
    assert heard.detail == ""


EVERY_PAGE = [
    "/",
    "/compose/new",
    "/batches",
    "/scheduled",
    "/inbox",
    "/failed",
    "/messages",
    "/messages/provider",
]


@pytest.mark.parametrize("address", [*EVERY_PAGE, "/account", "/account/senders", "/account/connection"])
def test_without_a_token_every_page_works_and_says_so(
    app: Flask, settings: Settings, sandbox: Sandbox, address: str
) -> None:
    without_token(app, settings, sandbox)
    page = ReadPage(signed_in(app, "ada").get(address))
    assert page.status == 200
    alert = page.soup.select_one("#setup_connection" if address == "/" else ".alert")
    assert alert is not None
    assert "nothing can be sent or received" in alert.get_text()
    links = [alert] if alert.name == "a" else alert.select("a")
    assert [link["href"] for link in links] == ["/account/connection"]


def test_without_a_token_a_sender_is_told_whom_to_tell_and_nothing_is_sent(
    app: Flask, settings: Settings, sandbox: Sandbox
) -> None:
    without_token(app, settings, sandbox)
    sam = signed_in(app, "sam")
    page = ReadPage(sam.get("/compose/new"))
    assert any("Tell your administrator" in alert for alert in page.alerts())
    assert not page.soup.select(".alert a")
    shown = say_yes(sam, sam.post("/compose/new", data=form_data()).location).location
    page = ReadPage(sam.get(shown, follow_redirects=True))
    assert "no token has been entered. Nothing was sent or charged" in page.text
    assert sandbox.accepted() == ()


def test_a_refused_token_is_said_on_every_page_until_it_is_put_right(
    ada: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    with sandbox.store.writing() as log:
        log.execute("UPDATE account SET token = 'JWT another.one.now'")
    worker.round(db)
    page = ReadPage(ada.get("/messages"))
    assert any("does not accept Textdesk’s token" in alert for alert in page.alerts())
    fetch(ada)
    page = ReadPage(ada.get("/messages"))
    assert not any("token" in alert for alert in page.alerts())


def test_a_batch_that_a_dead_token_paused_goes_on_with_the_new_one(
    ada: FlaskClient, sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_confirmed_list(sam)
    with sandbox.store.writing() as log:
        log.execute("UPDATE account SET token = 'JWT another.one.now'")
    worker.round(db)
    assert "enters the right one under Account, Connection" in ReadPage(sam.get(url)).text
    fetch(ada)
    waiting = ReadPage(ada.get("/account/connection")).soup.select_one(f'main a[href="{url}"]')
    assert waiting is not None
    sam.post(f"{url}/resume")
    worker.round(db)
    assert len(sandbox.accepted()) == 3


def test_an_error_about_the_token_leads_an_admin_to_where_it_is_mended(
    app: Flask, settings: Settings, sandbox: Sandbox, ada: FlaskClient, sam: FlaskClient
) -> None:
    shown = say_yes(sam, sam.post("/compose/new", data=form_data()).location).location
    message = sam.get(shown).location or shown
    without_token(app, settings, sandbox)
    page = ReadPage(ada.post(f"{message}/refresh"))
    assert page.status == 502
    assert "Enter the provider’s token" in page.buttons()
    assert "Enter the provider’s token" not in ReadPage(sam.post(f"{message}/refresh")).buttons()


def without_token(app: Flask, settings: Settings, sandbox: Sandbox) -> None:
    """As after a fresh installation."""
    bare = replace(settings, smsworks_token="")
    app.extensions["textdesk"] = Desk(bare, provider_over(sandbox.wsgi, token=lambda: ""))

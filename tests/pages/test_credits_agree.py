"""A day of mixed traffic: the balance, what was spent, and what the provider's own ledger says, agree.

Single texts, flash, scheduled ones, batches and personal lists, texts of another program, failures at home
and abroad, lost replies, refusals, replies, a deletion and credits bought in between.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import signed_in
from tests.pages.batch_steps import PERSONAL, a_confirmed_list
from tests.pages.conftest import form_data, say_yes
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox, When
from webapp.sandbox.ids import number_of
from webapp.sandbox.ledger import Entry, EntryKind, list_entries
from webapp.sandbox.messages import find_batch
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundMessage
from webapp.store import calls, daily, readings
from webapp.store.connection import transaction
from webapp.store.daily import Days
from webapp.worker import Worker

MORNING = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)
TODAY = Days(MORNING.date(), MORNING.date())
LONG = "Please bring your letter, your glasses and a list of your medicines. " * 4
FRENCH, IRISH, JERSEY = "+33 6 12 34 56 78", "+353 85 012 3456", "+44 7797 712345"
FRENCH_FAILING, GERMAN = "+33 6 12 34 56 90", "+49 1512 3456789"
BOUGHT = 500

AT_HOME = ("07400 123456", "07400 123490", "07400 123491", "07400 123492", "07400 123493", "07400 123494")
MIXED_LIST = "Number\n07400 123411\n07400 123490\n+33 6 12 34 56 78\n+33 6 12 34 56 90\n07400 123492\n"
PEOPLE = "Name,Number\nAda,07400 123412\nBartholomew,07400 123491\nSam,+353 85 012 3456\n"


class OneDay:
    """Moves the clock on, for the provider and for us, and lets both do what is due."""

    def __init__(
        self, traveller: time_machine.Traveller, sandbox: Sandbox, worker: Worker, db: Database
    ) -> None:
        self._traveller, self._sandbox, self._worker, self._db = traveller, sandbox, worker, db

    def pass_minutes(self, minutes: float) -> None:
        self._traveller.shift(timedelta(minutes=minutes))
        self._sandbox.run_due()
        with transaction(self._db):
            self._db.execute("UPDATE outbox SET next_look_at = created_at WHERE next_look_at IS NOT NULL")
            self._db.execute("UPDATE messages SET next_check_at = created_at WHERE next_check_at IS NOT NULL")
        self._worker.last_run.clear()
        self._worker.round(self._db)

    def settle(self) -> None:
        for _ in range(4):
            self.pass_minutes(11)


@pytest.fixture
def day(app: Flask, sandbox: Sandbox, worker: Worker, db: Database) -> Iterator[OneDay]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        readings.record_credits(db, sandbox.credits, now=MORNING - timedelta(days=1))
        yield OneDay(traveller, sandbox, worker, db)


@pytest.fixture
def ledger(sandbox: Sandbox) -> Callable[[EntryKind], Decimal]:
    """What the provider has moved for one reason, in credits."""

    def moved(kind: EntryKind) -> Decimal:
        return sum((each.amount for each in _entries(sandbox) if each.kind is kind), 0) / Decimal(1000)

    return moved


def _entries(sandbox: Sandbox) -> list[Entry]:
    with sandbox.store.reading() as db:
        return list_entries(db, 10_000)


def write(client: FlaskClient, to: str, **typed: object) -> None:
    """Compose a text and say yes to it."""
    response = client.post("/compose/new", data=form_data(recipients=to, **typed))
    assert response.status_code == 302, response.text
    assert say_yes(client, response.location).status_code == 302


def go_through_the_day(
    day: OneDay, app: Flask, sandbox: Sandbox, provider: SmsWorks, db: Database
) -> list[str]:
    """The pages of its batches."""
    sam = signed_in(app, "sam")
    for number, to in enumerate(AT_HOME):
        write(sam, to, content=f"{LONG if number % 2 else ''}{number}", tag="recall" if number % 3 else "")
    write(sam, FRENCH, content="To France")
    write(sam, FRENCH_FAILING, content="To nobody in France")
    write(sam, JERSEY, content="To Jersey")
    write(sam, "07400 123497", content="Refused: no credits")
    write(sam, "07400 123456", content="Flash", when="flash")
    write(sam, "07400 123495", content="Answers with yes")
    sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER, operation="send_message"))
    write(sam, "07400 123413", content="Its reply is lost")
    day.pass_minutes(11)
    scheduled = {"when": "later", "date": "2026-10-20"}
    write(sam, "07400 123490", content="Scheduled, and fails", time="10:30", **scheduled)
    write(sam, FRENCH, content="Scheduled to France", time="10:30", **scheduled)
    write(sam, "07400 123414", content="Scheduled, then cancelled", time="10:30", **scheduled)
    (to_cancel,) = [call for call in calls.list_recent(db, limit=3) if call.destination.endswith("414")]
    sam.post(f"/scheduled/{to_cancel.ref}/cancel")
    batches = [
        a_confirmed_list(sam, MIXED_LIST, "The same for all"),
        a_confirmed_list(sam, PEOPLE, f"{PERSONAL} {'x' * 112}"),
        a_confirmed_list(sam, 3, "Later, for all", when="later", date="2026-10-20", time="10:30"),
    ]
    day.settle()
    for to in (IRISH, FRENCH_FAILING, GERMAN, "+44 7400 123491", "+44 7400 123456"):
        digits = "".join(filter(str.isdigit, to))
        message = OutboundMessage(sender="Other", destination=digits, content="Hi")
        provider.send_message(message=message)
    sandbox.inject_inbound(sender="447400123456", content="A reply", destination="447400123400")
    sandbox.set_credits(sandbox.credits + BOUGHT)
    day.settle()
    delivered = next(
        call for call in calls.list_recent(db, limit=50) if call.payload["content"].endswith("To France")
    )
    ada = signed_in(app, "ada")
    ada.post(f"/messages/{delivered.ref}/delete", data={"last_digits": delivered.destination[-4:]})
    for _ in range(4):
        day.settle()
    return batches


@pytest.mark.parametrize("log_names_charges", [False, True])
def test_after_a_mixed_day_all_say_the_same_of_credits(
    day: OneDay,
    app: Flask,
    sandbox: Sandbox,
    provider: SmsWorks,
    db: Database,
    ledger: Callable[[EntryKind], Decimal],
    log_names_charges: bool,
) -> None:
    sandbox.change_switches({"message_credits": log_names_charges})
    opening = sandbox.credits
    batches = go_through_the_day(day, app, sandbox, provider, db)
    left = sandbox.credits
    # Refunds at home, none abroad, nothing for what was refused or cancelled.
    assert ledger(EntryKind.REFUND) > 5
    assert left == opening + BOUGHT + ledger(EntryKind.CHARGE) + ledger(EntryKind.REFUND)
    sums = daily.sum_out(db, TODAY)
    assert sums.credits == -ledger(EntryKind.CHARGE)
    assert (sums.charged_texts == sums.texts) is log_names_charges
    assert sums.given_back == ledger(EntryKind.REFUND)
    vic = signed_in(app, "vic")
    shown = f"{left.normalize():,f}"
    home, account = ReadPage(vic.get("/")), ReadPage(vic.get("/account"))
    for page in (home, account):
        assert _words(page, "#shell_credits strong") == shown
    assert _words(account, "main dd strong") == f"{shown} credits"
    assert Decimal(_words(account, "#movement_rest")) == BOUGHT
    spend = ReadPage(vic.get("/account/spend"))
    assert _number(spend, "#total_charged") == -ledger(EntryKind.CHARGE)
    assert _number(spend, "#total_given_back") == ledger(EntryKind.REFUND)
    assert _number(spend, "#total_cost") == opening + BOUGHT - left
    assert (
        sum(Decimal(each.get_text()) for each in home.soup.select("#credits_plot td"))
        == opening + BOUGHT - left
    )
    for url in batches:
        assert _credits_of_batch(ReadPage(vic.get(url))) == _billed_for_batch(sandbox, db, url), url


def _words(page: ReadPage, selector: str) -> str:
    found = page.soup.select_one(selector)
    assert found is not None, selector
    return " ".join(found.get_text(" ").split())


def _number(page: ReadPage, selector: str) -> Decimal:
    return Decimal(_words(page, selector).split()[0].replace(",", ""))


def _credits_of_batch(page: ReadPage) -> Decimal:
    (stat,) = [each for each in page.soup.select(".figure") if "credits" in each.get_text()]
    value = stat.select_one("dd")
    assert value is not None
    return Decimal(value.get_text().replace(",", ""))


def _billed_for_batch(sandbox: Sandbox, db: Database, url: str) -> Decimal:
    """By the provider's ledger, for the texts of the provider's batches that our batch became."""
    parts = db.execute(
        "SELECT provider_batch_id FROM outbox JOIN batches ON batches.id = outbox.batch_id "
        "WHERE batches.ref = ?",
        [url.rpartition("/")[2]],
    ).fetchall()
    with sandbox.store.reading() as log:
        texts = {
            text.id for (batch_id,) in map(tuple, parts) for text in find_batch(log, number_of(batch_id))
        }
    assert texts
    return -sum(each.amount for each in _entries(sandbox) if each.message_id in texts) / Decimal(1000)

"""From an empty machine to a text that arrives: all of it in the browser, but for the first administrator."""

import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Browse
from tests.browser.house import House, open_house
from tests.browser.pages import Kind
from tests.conftest import SECRET_KEY
from webapp.app import create_app
from webapp.cli import add_commands
from webapp.config import Settings
from webapp.sandbox import CUSTOMER_ID, DEMO_KEY, DEMO_SECRET

ADA, SAM, VIC = "ada has a long password", "sam has a long password", "vic has a long password"
TEXT = "Hello from a new desk."
WHAT_IS_MISSING = (
    "provider: no token yet",
    "staff: no admin yet",
    "sender IDs: none yet",
    "worker: has never run",
)


MOST_CHECKS = 50


@pytest.mark.parametrize("kind", [Kind.DESKTOP, Kind.NO_JAVASCRIPT])
def test_a_new_desk_is_set_up_in_the_browser_until_sam_sends(
    browse: Browse, tmp_path: Path, kind: Kind
) -> None:
    fresh = tmp_path / "fresh.db"
    missing = command("check", database=fresh)
    assert missing.exit_code == 1
    assert [line for line in WHAT_IS_MISSING if f"FAIL  {line}" not in missing.output] == []
    with open_house(tmp_path / "house", fresh, smsworks_token="", inbox_seconds=0.1) as house:
        record = house.settings.database
        added = command("users", "add", "ada", "--role", "admin", "--password", ADA, database=record)
        assert added.exit_code == 0
        ada = browse(at=house, kind=kind)
        ada.goto("/")
        steps.sign_in(ada, "ada", ADA)
        connect(ada)
        add_sender(ada, "NewDesk")
        for_sam, for_vic = (
            steps.add_colleague(ada, "Sam", "Sender"),
            steps.add_colleague(ada, "Vic", "Viewer"),
        )
        sam = browse(at=house, kind=kind)
        steps.set_password(sam, for_sam, "Sam", SAM)
        send(sam, house, kind)
        vic = browse(at=house, kind=kind)
        steps.set_password(vic, for_vic, "Vic", VIC)
        expect(vic.get_by_role("link", name="Compose")).to_have_count(0)
        well = command("check", database=record, url=house.settings.smsworks_url)
        for _ in range(MOST_CHECKS):
            if well.exit_code == 0:
                break
            # What was not to be had without a token is said until the worker has asked again.
            vic.wait_for_timeout(100)
            well = command("check", database=record, url=house.settings.smsworks_url)
        assert well.exit_code == 0, well.output
        assert f"customer {CUSTOMER_ID}, with the token that ada entered" in well.output


def connect(page: Page) -> None:
    """With key and secret, for which the provider issues a token."""
    page.get_by_role("link", name=re.compile("^Connect Textdesk to the SMS provider")).click()
    page.get_by_label("API key").fill(DEMO_KEY)
    page.get_by_label("API secret").fill(DEMO_SECRET)
    page.get_by_role("button", name="Fetch a token and use it").click()
    expect(page.get_by_text(f"It is in use, for customer {CUSTOMER_ID}")).to_be_visible()
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text(f"The provider answers. Your customer id is {CUSTOMER_ID}")).to_be_visible()
    expect(page.get_by_text("is not connected")).to_have_count(0)


def add_sender(page: Page, sender: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile("^Add the first sender ID")).click()
    page.get_by_label("New sender ID").fill(sender)
    page.get_by_role("button", name="Add this sender").click()
    expect(page.get_by_text(f"{sender} can be chosen as the sender")).to_be_visible()


def send(page: Page, house: House, kind: Kind) -> None:
    number = house.number()
    steps.send(page, to=number, text=TEXT)
    if kind is Kind.NO_JAVASCRIPT:
        steps.ask_until_delivered(page, number)
    else:
        steps.expect_status(page, "Delivered")
    (text,) = house.accepted(number)
    assert (text.sender, text.content) == ("NewDesk", TEXT)


def command(*words: str, database: Path, url: str = "http://127.0.0.1:1/v1") -> Result:
    """`flask --app wsgi ...` without a token in the environment."""
    environment = {
        "TEXTDESK_SECRET_KEY": SECRET_KEY,
        "TEXTDESK_DATABASE": str(database),
        "TEXTDESK_SMSWORKS_URL": url,
        "TEXTDESK_SMSWORKS_TOKEN": "",
    }
    app = app_of(database)
    with app.app_context():
        return app.test_cli_runner().invoke(args=words, env=environment)


@cache
def app_of(database: Path) -> Flask:
    app = create_app(Settings(secret_key=SECRET_KEY, database=database))
    add_commands(app)
    return app

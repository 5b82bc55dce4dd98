"""A walk through every area of a demo that a month has been lived in, with a picture of each."""

import json
import urllib.request
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.batch_steps import check, send, upload
from tests.browser.camera import DARK, LIGHT, PHONE, Camera
from tests.browser.life import NAMES, SENDER, number
from webapp.demo import PASSWORD
from webapp.messaging.numbers import format_number
from webapp.sandbox import DEMO_TOKEN

TEXT = (
    "Hello Mrs Shah, it's time for your flu jab: Tuesday 24 November at 10:30 in the surgery. "
    "Please wear short sleeves."
)
CURLY = TEXT.replace("Shah, it's", "Shah – it’s")
SHAH, OKORO, LOST, DOUBTFUL = "447400123481", "447400123482", "447400123498", "447400123483"
NEWS = "Your test results are back: please ring us after 2 pm."
LIST = """First name,Mobile,When
Ada,07400 123456,Tuesday at 10:30
Grace,+44 7400 123457,Tuesday at 10:45
Zoë,7400123458,Tuesday at 11:00
Mary,07400 123490,Tuesday at 11:15
Alan,07400 123491,Tuesday at 11:30
Grace again,07400 123457,Tuesday at 11:45
Tim,0161 496 0000,Wednesday at 9:00
Edsger,4.474E+11,Wednesday at 9:15
Barbara,,Wednesday at 9:30
Radia,07400 123459,
Ken,07400 123460,Wednesday at 10:00
Hedy,07400 123461,Wednesday at 10:15
Donald,07400 123494,Wednesday at 10:30
"""
PERSONAL = "Dear ((First name)), your flu jab is on ((When)). Ring us to change it."
LONG_LIST = "First name,Mobile\n" + "".join(
    f"{NAMES[person % len(NAMES)]},{number(person)}\n" for person in range(1, 25)
)
LATER = (
    (0, "09:00", "Reminder: please bring your medicines to the review today."),
    (0, "17:45", "The surgery opens late tomorrow, at 10."),
    (1, "08:30", "Your blood test is at 9:15. Nothing to eat before it, please."),
    (3, "14:00", "Your physiotherapist is expecting you at three."),
    (4, "12:30", "Your prescription can be collected until six."),
    (5, "10:00", "The Saturday clinic is in the annexe."),
)


def walk(sam: Camera, admin: Camera, sandbox_url: str) -> None:
    for camera, name in ((sam, "sam"), (admin, "admin")):
        camera.page.goto("/sign-in")
        steps.sign_in(camera.page, name, PASSWORD)
    sandbox = Provider(sandbox_url)
    compose(sam)
    messages(sam)
    batches(sam)
    scheduled(sam)
    inbox(sam, sandbox)
    failed(sam, sandbox)
    home(sam)
    account(sam, admin)
    approval(sam.page, admin)


class Provider:
    """What happens at the provider without anybody here doing it: docs/sandbox.md."""

    def __init__(self, url: str) -> None:
        self._url = url

    def receive(self, number: str, content: str) -> None:
        self._post("/_sandbox/inbound", {"from": number, "content": content})

    def lose_a_call(self) -> None:
        self._post("/_sandbox/faults", {"kind": "drop", "operation": "send_message"})

    def send_elsewhere(self, number: str, content: str) -> None:
        """As another program of the account does."""
        self._post("/v1/message/send", {"sender": SENDER, "destination": number, "content": content})

    def _post(self, path: str, fields: Mapping[str, Any]) -> None:
        headers = {"Content-Type": "application/json", "Authorization": DEMO_TOKEN}
        request = urllib.request.Request(self._url + path, json.dumps(fields).encode(), headers)  # noqa: S310
        with urllib.request.urlopen(request):  # noqa: S310 - our own loopback address
            pass


def compose(camera: Camera) -> None:
    page = camera.page
    steps.write(page, to="07400 123481", text=CURLY)
    expect(page.get_by_role("button", name="Use plain characters")).to_be_visible()
    expect(page.get_by_role("list", name="How the numbers are understood")).to_contain_text("+44 7400")
    camera.take("compose", LIGHT, PHONE)
    steps.check(page)
    camera.take("check", LIGHT, PHONE)
    page.get_by_role("link", name="Swap them for plain characters").click()
    page.get_by_role("button", name="Use plain characters").click()
    expect(steps.content(page)).to_have_value(TEXT.replace("Shah, ", "Shah - "))
    steps.check(page)
    steps.send_button(page).click()
    steps.expect_message_page(page, SHAH)


def messages(camera: Camera) -> None:
    """A text whose answer was lost, and which was looked up instead of being sent again."""
    steps.send(camera.page, to=LOST, text=NEWS)
    steps.expect_status(camera.page, "Delivered")
    camera.page.reload()
    camera.take("message")
    camera.page.goto("/messages")
    camera.take("messages", most=900)


def batches(camera: Camera) -> None:
    page = camera.page
    upload(page, LIST, "flu-jabs.csv")
    steps.content(page).fill(PERSONAL)
    expect(page.get_by_text("Dear Grace, your flu jab")).to_be_visible()
    camera.take("list")
    steps.check(page)
    camera.take("batch-check")
    send(page, "flu-jabs.csv")
    expect(page.locator(".status", has_text="Expired")).to_be_visible()
    expect(page.locator(".status", has_text="waiting for report")).to_have_count(1)
    camera.take("batch", LIGHT, PHONE)


def scheduled(camera: Camera) -> None:
    page, monday = camera.page, next_monday()
    for at, (days, clock, text) in enumerate(LATER):
        steps.write(page, to=f"0740012344{at}", text=text)
        page.get_by_role("radio", name="Later").check()
        page.get_by_label("Date").fill(str(monday + timedelta(days=days)))
        page.get_by_label("Time").fill(clock)
        steps.check(page)
        steps.send_button(page).click()
        steps.expect_status(page, "Scheduled")
    page.goto("/scheduled")
    camera.take("scheduled")
    page.get_by_role("link", name="Week", exact=True).click()
    page.get_by_role("link", name="Week after").click()
    expect(page.get_by_text("The Saturday clinic").first).to_be_visible()
    camera.take("week", LIGHT, PHONE)


def next_monday() -> date:
    today = datetime.now(ZoneInfo("Europe/London")).date()
    return today + timedelta(days=7 - today.weekday())


def inbox(camera: Camera, sandbox: Provider) -> None:
    page = camera.page
    for texter, content in (
        (SHAH, "Can I come in the afternoon instead? I work until two"),
        ("447400123484", "Is the car park open?"),
        ("447400123485", "STOP"),
        (OKORO, "Please don't text me any more, I have moved away"),
        ("447400123486", "Thank you 🙏"),
    ):
        sandbox.receive(texter, content)
        page.goto("/inbox")
        expect(page.get_by_role("link", name=format_number(texter))).to_be_visible()
    camera.take("inbox", LIGHT, most=800)
    camera.take("inbox", PHONE, most=1200)
    talk(page, sandbox)
    camera.take("conversation", LIGHT, DARK, PHONE)
    page.get_by_role("textbox", name="Reply").fill("")
    page.goto("/inbox/opt-outs")
    camera.take("opt-outs")


def talk(page: Page, sandbox: Provider) -> None:
    """A question is answered, the answer is answered, and the next reply is being written."""
    page.get_by_role("link", name=format_number(SHAH)).click()
    reply = page.get_by_role("textbox", name="Reply")
    reply.fill("Of course. Would Tuesday at 15:30 suit you?")
    page.get_by_role("button", name="Check and send").click()
    page.get_by_role("button", name="Send for 1 credit").click()
    expect(page.get_by_role("main").get_by_text("Delivered")).to_have_count(2)
    sandbox.receive(SHAH, "Yes please, see you then")
    expect(page.locator(".bubble-text").get_by_text("Yes please")).to_be_visible()
    reply.fill("You are booked in for Tuesday at 15:30 with Nurse Okoro.")
    expect(page.locator(".counter-figures")).to_contain_text("104")


def failed(camera: Camera, sandbox: Provider) -> None:
    page = camera.page
    page.goto("/failed")
    camera.take("failed", most=1100)
    # Another program sends the same words to the same number, and no answer comes to ours.
    sandbox.send_elsewhere(DOUBTFUL, NEWS)
    sandbox.lose_a_call()
    steps.send(page, to=DOUBTFUL, text=NEWS)
    page.get_by_role("link", name="See what the provider has").click()
    page.get_by_role("button", name="Ask the provider now").click()
    expect(page.locator(".candidate")).to_be_visible()
    camera.take("unknown")


def home(camera: Camera) -> None:
    camera.page.goto("/")
    camera.take("home", LIGHT, DARK)


def account(sam: Camera, admin: Camera) -> None:
    page = admin.page
    page.goto("/account")
    admin.take("credits")
    page.goto("/account/spend")
    admin.take("spend", most=1300)
    set_rules(page, quiet=("21:00", "08:00"))
    page.goto("/account/rules")
    admin.take("rules")
    # Whoever takes the pictures at night is asked no more than by day.
    set_rules(page, quiet=("", ""))
    page.goto("/account/staff")
    admin.take("staff", most=900)
    page.goto("/account/audit")
    admin.take("audit", most=900)
    sam.page.goto("/account/you/two-factor")
    sam.page.get_by_role("textbox", name="Present password").fill(PASSWORD)
    sam.page.get_by_role("button", name="Set it up").click()
    expect(sam.page.get_by_role("img", name="QR code")).to_be_visible()
    sam.take("two-factor")


def set_rules(page: Page, *, quiet: tuple[str, str]) -> None:
    page.goto("/account/rules")
    page.get_by_label("From", exact=True).fill(quiet[0])
    page.get_by_label("Until").fill(quiet[1])
    page.get_by_label("More people than").fill("20")
    page.get_by_label("Each person may send for").fill("300")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_be_visible()


def approval(author: Page, reader: Camera) -> None:
    """A list so long that somebody else has to read it first."""
    upload(author, LONG_LIST, "recalls.csv")
    check(author, "Dear ((First name)), please ring 0161 496 0000 to book your yearly review.")
    author.get_by_role("button", name="Ask for approval of").click()
    expect(author.get_by_text("Waits for approval")).to_be_visible()
    reader.page.goto(author.url.replace("/check", "/approve"))
    reader.take("approval")

"""A month in the life of a surgery, lived before its pictures are taken.

The record and the provider's are made as in earnest: staff fill in the pages, the worker works, the provider
delivers, people answer. Only the clock is turned. The same each time, apart from the day on which it ends.
"""

import random
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import time_machine

from tests.conftest import provider_over, signed_in
from tests.pages.batch_steps import confirm, upload, write
from tests.pages.conftest import form_data, say_yes
from tests.pages.page import ReadPage
from webapp.app import create_app
from webapp.config import Settings
from webapp.demo import seed
from webapp.sandbox import DEMO_TOKEN, Sandbox, create_sandbox
from webapp.store.connection import open_database
from webapp.worker import Worker

SECRET_KEY = "a secret for pictures, and long enough"
SENDER = "ElmStreet"
DAYS = 34
SATURDAY = 5
CREDITS_AT_FIRST = 700
CREDITS_BOUGHT = 1000
BOUGHT_AFTER_DAYS = 19
NAMES = ("Ada", "Grace", "Zoë", "Alan", "Mary", "Tim", "Edsger", "Barbara", "Donald", "Radia", "Ken", "Hedy")
# People to whom texts arrive; once in a while one with a phone that is off or a number that is gone.
PEOPLE = tuple(range(1, 80))
TROUBLE = (90, 90, 91, 91, 91, 92)
SINGLES = (
    ("Your test results are back: please ring us after 2 pm.", "results"),
    ("Your prescription is ready at the pharmacy on Elm Street.", "prescription"),
    ("Dr Patel is running half an hour late today. Sorry to keep you waiting.", ""),
    ("We could not reach you by phone. Please ring the surgery when you can.", ""),
    ("Your repeat prescription needs a review: please book a telephone appointment.", "prescription"),
)
REPLIES = (
    "Thank you",
    "Can I come in the afternoon instead?",
    "Yes please",
    "I will be ten minutes late, sorry",
    "Is the car park open?",
    "Thanks, see you then",
)
REMINDER = "Dear ((First name)), your appointment at Elm Street is on ((When)). Ring us to change it."
FLU = "Dear ((First name)), flu jabs are here. Yours is on ((When)); please wear short sleeves."


def number(person: int) -> str:
    return f"07400 1234{person:02}"


class Surgery:
    """Everybody, at one moment of the month; the dice are the same each time."""

    def __init__(self, settings: Settings, sandbox: Sandbox, clock: time_machine.Traveller) -> None:
        self.settings, self.sandbox, self.clock = settings, sandbox, clock
        self.client = provider_over(sandbox.wsgi, token=lambda: DEMO_TOKEN)
        self.dice = random.Random(7)
        self.app = create_app(settings, provider=self.client)
        self.app.config.update(WTF_CSRF_ENABLED=False)
        self.come_in()

    def come_in(self) -> None:
        """Nobody stays signed in for hours."""
        self.sam, self.admin = signed_in(self.app, "sam"), signed_in(self.app, "admin")

    def live_through(self, day: date) -> None:
        at = datetime.combine(day, time(8, 50), UTC)
        self._at(at)
        self._remind(day)
        if day.weekday() == 1:
            self._at(at + timedelta(minutes=35))
            self._send_list("flu-jabs.csv", self.dice.sample(PEOPLE, 26), FLU, day + timedelta(days=5), "flu")
        for hour in sorted(self.dice.sample(range(1, 8), self.dice.randint(2, 5))):
            self._at(at + timedelta(hours=hour))
            self._write_to_one()
        self._at(at + timedelta(hours=8))
        self._read_everything()

    def rest(self, day: date) -> None:
        """Only the worker works."""
        self.clock.move_to(datetime.combine(day, time(12), UTC))
        self._work()

    def _remind(self, day: date) -> None:
        """Everybody who is to come tomorrow."""
        people = self.dice.sample(PEOPLE, self.dice.randint(9, 17))
        if self.dice.random() < 0.7:
            people.append(self.dice.choice(TROUBLE))
        self._send_list(f"clinic {day:%d %b}.csv", people, REMINDER, day + timedelta(days=1), "reminder")

    def _send_list(self, name: str, people: list[int], text: str, when: date, tag: str) -> None:
        rows = "\n".join(row_for(person, at, when) for at, person in enumerate(people))
        url = upload(self.sam, f"First name,Mobile,When\n{rows}\n", name).location.removesuffix("/edit")
        write(self.sam, url, text, sender=SENDER, tag=tag)
        confirm(self.sam, url, send_again="yes")
        self._work()

    def _write_to_one(self) -> None:
        text, tag = self.dice.choice(SINGLES)
        person = self.dice.choice((*PEOPLE, *TROUBLE))
        whoever = self.admin if self.dice.random() < 0.3 else self.sam
        typed = form_data(recipients=number(person), sender=SENDER, content=text, tag=tag)
        say_yes(whoever, whoever.post("/compose/new", data=typed).location)
        self._work()
        if self.dice.random() < 0.6:
            answer = self.dice.choice(REPLIES)
            self.sandbox.inject_inbound(
                sender=f"447400{number(self.dice.choice(PEOPLE))[-6:]}", content=answer
            )
            self._work()

    def _read_everything(self) -> None:
        """Before they go home."""
        page = ReadPage(self.sam.get("/inbox"))
        shown = [field["value"] for field in page.soup.select("[name=shown]")]
        self.sam.post("/inbox/read", data={"action": "all-read", "shown": shown})
        self._work()

    def _at(self, moment: datetime) -> None:
        self.clock.move_to(moment)
        self.come_in()
        self._work()

    def _work(self) -> None:
        """What has been confirmed goes, arrives and is reported; a few minutes go by."""
        with closing(open_database(self.settings.database)) as db:
            for _ in range(3):
                Worker(self.settings, self.client).round(db)
                self.clock.shift(timedelta(seconds=40))
                self.sandbox.run_due()


def row_for(person: int, at: int, when: date) -> str:
    clock = f"{9 + at // 4 % 8}:{at % 4 * 15:02}"
    return f"{NAMES[person % len(NAMES)]},{number(person)},{when:%A} {when.day} {when:%B} at {clock}"


def live(directory: Path, *, until: date) -> None:
    """Fill the data directory of a demo with a month that ends the evening before `until`."""
    (directory / "secret_key").write_text(SECRET_KEY)
    database = directory / "textdesk.db"
    settings = Settings(secret_key=SECRET_KEY, database=database, smsworks_token=DEMO_TOKEN)
    first = datetime.combine(until - timedelta(days=DAYS), time(8), UTC)
    with time_machine.travel(first, tick=False) as clock:
        seed(settings)
        with closing(create_sandbox(database=directory / "sandbox.db", clock=_now)) as sandbox:
            surgery = Surgery(settings, sandbox, clock)
            surgery.admin.post("/account/senders", data={"sender": SENDER})
            surgery.admin.post("/account/senders/default", data={"sender": SENDER})
            sandbox.set_credits(CREDITS_AT_FIRST)
            for ahead in range(DAYS):
                day = first.date() + timedelta(days=ahead)
                if ahead == BOUGHT_AFTER_DAYS:
                    sandbox.set_credits(sandbox.credits + CREDITS_BOUGHT)
                if day.weekday() < SATURDAY:
                    surgery.live_through(day)
                else:
                    surgery.rest(day)


def _now() -> datetime:
    return datetime.now(UTC)

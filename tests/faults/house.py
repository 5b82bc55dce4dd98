"""All of Textdesk as processes: web and workers over real HTTP, on one database, before one provider."""

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import requests
from sqlite_utils import Database

from tests.faults.processes import Keeper, Program
from tests.faults.scene import SENDER
from tests.faults.striking_provider import StrikingProvider
from tests.faults.waiting import until
from webapp import demo
from webapp.config import Settings
from webapp.sandbox import DEMO_TOKEN, Sandbox, create_sandbox
from webapp.store import senders
from webapp.store.connection import open_database
from webapp.store.pool import Pool

STAFF_NAME = "sam"
SECRET_KEY = "a secret for tests, and long enough"
PROVIDER_TIMEOUT_SECONDS = 3
SETTLE_SECONDS = 2
READY_WITHIN_SECONDS = 60
HIDDEN_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
CSRF_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class House:
    """`web` answers at `address`. A killed program is started again at once."""

    directory: Path
    records: Pool
    address: str
    sandbox: Sandbox
    provider: StrikingProvider
    web: Program
    workers: tuple[Program, ...]
    keeper: Keeper

    @property
    def programs(self) -> tuple[Program, ...]:
        return (self.web, *self.workers)

    def record(self) -> AbstractContextManager[Database]:
        """Looked at fifty times a second, whoever waits for something to happen."""
        return self.records.lent()

    def sign_in(self) -> "Person":
        person = Person(self.address)
        person.sign_in()
        return person

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.directory.glob("*.log")))


class Person:
    """A member of staff with a browser, who tries again when the page does not come."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._browser = requests.Session()
        self._token = ""

    def sign_in(self) -> None:
        self._read_token("/sign-in")
        self.insist("/sign-in", {"name": STAFF_NAME, "password": demo.PASSWORD})
        self._read_token("/compose/new")

    def compose(self, content: str, number: str, when: str = "now") -> str:
        """The address of the new draft."""
        typed = {
            "recipients": number,
            "sender": SENDER,
            "content": content,
            "when": when,
            "intent": "check",
        }
        reply = self.insist("/compose/new", typed)
        return reply.headers["Location"].removesuffix("/check")

    def confirm(self, draft_address: str) -> None:
        """Read the check page and press Send; when no page comes, once more, with what was read before."""
        read = HIDDEN_FIELD.findall(self._read(f"{draft_address}/check"))
        self.insist(f"{draft_address}/confirm", {**dict(read), "send_again": "yes"})

    def insist(self, path: str, fields: Mapping[str, str]) -> requests.Response:
        """Press the button until a page comes."""
        data = {"csrf_token": self._token, **fields}
        reply = self.ask_until_answered("POST", path, data)
        assert reply.status_code == 302, reply.text
        return reply

    def upload(self, name: str, content: bytes) -> str:
        """Give a list; the address of the new batch."""
        files = {"file": (name, content, "text/csv")}
        reply = self.ask_until_answered("POST", "/batches/new", {"csrf_token": self._token}, files=files)
        assert reply.status_code == 302, reply.text
        return reply.headers["Location"].removesuffix("/edit")

    def wait_for(self, path: str, words: str, *, within: float = READY_WITHIN_SECONDS) -> str:
        """Look at a page until it holds these words; the page."""
        pages: list[str] = []

        def has_come() -> bool:
            pages[:] = [self._read(path)]
            return words in pages[0]

        until(has_come, within=within)
        return pages[0]

    def _read(self, path: str) -> str:
        return self.ask_until_answered("GET", path).text

    def ask_until_answered(
        self,
        method: str,
        path: str,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> requests.Response:
        replies: list[requests.Response] = []

        def ask() -> bool:
            with suppress(requests.RequestException):
                address = self._address + path
                replies.append(
                    self._browser.request(
                        method, address, data=data, files=files, allow_redirects=False, timeout=30
                    )
                )
            return bool(replies)

        until(ask, within=READY_WITHIN_SECONDS)
        # Whoever was signed out would wait in vain for any page but this one.
        assert not replies[0].headers.get("Location", "").startswith("/sign-in"), "signed out"
        return replies[0]

    def _read_token(self, path: str) -> None:
        found = CSRF_TOKEN.search(self._read(path))
        assert found is not None
        self._token = found[1]


@contextmanager
def standing_house(directory: Path, *, workers: int) -> Iterator[House]:
    """Everything started and kept running until the block ends, with the demo's staff."""
    seed(directory / "textdesk.db")
    sandbox = create_sandbox(database=directory / "sandbox.db")
    provider = StrikingProvider(sandbox)
    port = free_port()
    names = {"web": ["run", "--port", str(port)], **{f"worker{n}": ["worker"] for n in range(workers)}}
    programs = [_program(name, words, directory, provider) for name, words in names.items()]
    keeper = Keeper(programs)
    records = Pool(directory / "textdesk.db")
    try:
        address, workers_of_it = f"http://127.0.0.1:{port}", tuple(programs[1:])
        yield House(directory, records, address, sandbox, provider, programs[0], workers_of_it, keeper)
    finally:
        keeper.stop()
        records.close_idle()
        provider.close()
        sandbox.close()


def seed(database: Path) -> None:
    demo.seed(Settings(secret_key=SECRET_KEY, database=database))
    db = open_database(database)
    senders.add_sender(db, sender=SENDER, added_by=STAFF_NAME, now=datetime.now(UTC))
    db.close()


def _program(name: str, words: list[str], directory: Path, provider: StrikingProvider) -> Program:
    door = provider.open_door()
    environment = {
        "TEXTDESK_SECRET_KEY": SECRET_KEY,
        "TEXTDESK_DATABASE": str(directory / "textdesk.db"),
        "TEXTDESK_SMSWORKS_URL": door.url,
        "TEXTDESK_SMSWORKS_TOKEN": DEMO_TOKEN,
        "TEXTDESK_PROVIDER_TIMEOUT_SECONDS": str(PROVIDER_TIMEOUT_SECONDS),
        "TEXTDESK_SETTLE_SECONDS": str(SETTLE_SECONDS),
    }
    door.program = Program(words, environment, directory / f"{name}.log")
    return door.program


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])

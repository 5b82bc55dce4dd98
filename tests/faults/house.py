"""All of Textdesk as processes: web and workers over real HTTP, on one database, before one provider."""

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from sqlite_utils import Database

from tests.faults.processes import Keeper, Program
from tests.faults.striking_provider import StrikingProvider
from tests.faults.waiting import until
from webapp import demo
from webapp.config import Settings
from webapp.sandbox import DEMO_TOKEN, Sandbox, create_sandbox
from webapp.store.connection import open_database

STAFF_NAME = "sam"
SECRET_KEY = "a secret for tests, and long enough"
PROVIDER_TIMEOUT_SECONDS = 3
SETTLE_SECONDS = 2
READY_WITHIN_SECONDS = 60
CSRF_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class House:
    """`web` answers at `address`. A killed program is started again at once."""

    directory: Path
    address: str
    sandbox: Sandbox
    provider: StrikingProvider
    web: Program
    workers: tuple[Program, ...]

    @property
    def programs(self) -> tuple[Program, ...]:
        return (self.web, *self.workers)

    def open_record(self) -> Database:
        return open_database(self.directory / "textdesk.db")

    def sign_in(self) -> "Person":
        person = Person(self.address)
        until(person.can_reach_it, within=READY_WITHIN_SECONDS)
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

    def can_reach_it(self) -> bool:
        try:
            return self._browser.get(f"{self._address}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def sign_in(self) -> None:
        self._read_token("/sign-in")
        reply = self._post("/sign-in", {"name": STAFF_NAME, "password": demo.PASSWORD})
        assert reply.status_code == 302, reply.text
        self._read_token("/compose/new")

    def compose(self, content: str, number: str, when: str = "now") -> str:
        """The address of the new draft."""
        typed = {
            "recipients": number,
            "sender": demo.SENDERS[0],
            "content": content,
            "when": when,
            "intent": "check",
        }
        reply = self.insist("/compose/new", typed)
        return reply.headers["Location"].removesuffix("/check")

    def confirm(self, draft_address: str) -> None:
        self.insist(f"{draft_address}/confirm", {"version": "1", "send_again": "yes"})

    def insist(self, path: str, fields: Mapping[str, str]) -> requests.Response:
        """Press the button until an answer comes, as if a page that does not come were loaded again."""
        replies: list[requests.Response] = []

        def press() -> bool:
            try:
                replies.append(self._post(path, fields))
            except requests.RequestException:
                return False
            return True

        until(press, within=READY_WITHIN_SECONDS)
        assert replies[0].status_code == 302, replies[0].text
        return replies[0]

    def _post(self, path: str, fields: Mapping[str, str]) -> requests.Response:
        data = {**fields, "csrf_token": self._token}
        return self._browser.post(self._address + path, data=data, allow_redirects=False, timeout=30)

    def _read_token(self, path: str) -> None:
        found = CSRF_TOKEN.search(self._browser.get(self._address + path, timeout=30).text)
        assert found is not None
        self._token = found[1]


@contextmanager
def standing_house(directory: Path, *, workers: int) -> Iterator[House]:
    """Everything started and kept running until the block ends, with the demo's staff."""
    demo.seed(Settings(secret_key=SECRET_KEY, database=directory / "textdesk.db"))
    sandbox = create_sandbox(database=directory / "sandbox.db")
    provider = StrikingProvider(sandbox)
    port = _free_port()
    names = {"web": ["run", "--port", str(port)], **{f"worker{n}": ["worker"] for n in range(workers)}}
    programs = [_program(name, words, directory, provider) for name, words in names.items()]
    keeper = Keeper(programs)
    try:
        yield House(
            directory, f"http://127.0.0.1:{port}", sandbox, provider, programs[0], tuple(programs[1:])
        )
    finally:
        keeper.stop()
        provider.close()
        sandbox.close()


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


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])

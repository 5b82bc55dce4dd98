"""A list of 100,000 people through the pages, and how fast the other pages answer meanwhile.

    python -m tests.bench.busy [--rows N]

Starts a demo of its own (web, one worker, sandbox, a record in a temporary folder), uploads the list, writes
a text with two placeholders, confirms, waits for every call and every report, downloads the result file. All
that time somebody else opens one page after the other. Exits 1 when a target is missed.
"""

import argparse
import itertools
import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter

import requests

from tests.bench.measurement import Measurement, at_most, just
from tests.bench.people import TEXT, write_csv
from webapp.config import ROOT
from webapp.demo import PASSWORD
from webapp.smsworks.client import MOST_RECIPIENTS

ROWS = 100_000
SLOWEST_PAGE_SECONDS = 0.3
MOST_SECONDS_A_STAGE = 180
BETWEEN_PAGES_SECONDS = 0.02
# Of the numbers that end in 94 no report ever comes (docs/sandbox.md).
NEVER_REPORTED_SHARE = 0.015
HIDDEN_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
# It stands there once everybody is counted and the credits are known to reach.
SEND_BUTTON = " texts for "
PEOPLE = re.compile(r"<strong>([\d,]+) (?:person|people)</strong>")
DELIVERED = re.compile(r"<dt>(delivered|failed|waiting)</dt><dd>(?:<a[^>]*>)?([\d,]+)")


class Missed(Exception):
    """A stage did not come to its end; the text says which."""


@dataclass
class Answers:
    """How long each page took, in seconds, and during which stage."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    by_stage: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)
    stage: str = ""

    def note(self, page: str, seconds: float, status: int) -> None:
        self.seconds[page].append(seconds)
        self.by_stage[self.stage].append(seconds)
        if status >= 400:
            self.failures.append(f"{page}: {status}")


class Visitor:
    """Somebody signed in, over real HTTP."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._session = requests.Session()
        self.post("/sign-in", {"name": "sam", "password": PASSWORD}, token_from="/sign-in")

    def get(self, path: str, **headers: str) -> requests.Response:
        return self._session.get(self._address + path, headers=headers, allow_redirects=False, timeout=60)

    def open(self, path: str, fields: dict[str, str] | None = None) -> requests.Response:
        """What comes is read by the caller, piece by piece; with fields they are posted."""
        method = "GET" if fields is None else "POST"
        return self._session.request(method, self._address + path, data=fields, stream=True, timeout=600)

    def post(self, path: str, fields: dict[str, str], *, token_from: str, file: Path | None = None) -> str:
        """Send a form with the hidden fields of the page it stands on; where the answer leads."""
        hidden = dict(HIDDEN_FIELD.findall(self.get(token_from).text))
        files = {"file": (file.name, file.read_bytes(), "text/csv")} if file else None
        answer = self._session.post(
            self._address + path, data={**hidden, **fields}, files=files, allow_redirects=False, timeout=120
        )
        if answer.status_code != 302:
            raise Missed(f"{path} answered {answer.status_code}")
        return answer.headers["Location"]

    def wait_for(self, path: str, words: str) -> str:
        """The page, once it holds these words; looked at twice a second."""
        began = monotonic()
        pause = threading.Event()
        while monotonic() - began < MOST_SECONDS_A_STAGE:
            text = self.get(path).text
            if words in text:
                return text
            pause.wait(0.5)
        raise Missed(f"{path} never said {words!r}")


class Watcher(threading.Thread):
    """Opens one page after the other until it is told to stop."""

    def __init__(self, visitor: Visitor, answers: Answers) -> None:
        super().__init__()
        self._visitor, self._answers = visitor, answers
        self.batch_address = ""
        self.stopping = threading.Event()

    def run(self) -> None:
        pages: tuple[tuple[str, Callable[[], str]], ...] = (
            ("Home", lambda: "/"),
            ("Compose", lambda: "/compose/new"),
            ("Batches", lambda: "/batches"),
            ("the batch", lambda: self.batch_address or "/batches"),
            ("Messages", lambda: "/messages"),
            ("shell poll", lambda: "/status?version="),
        )
        for name, address in itertools.cycle(pages):
            if self.stopping.wait(BETWEEN_PAGES_SECONDS):
                return
            self._open(name, address())

    def _open(self, name: str, address: str) -> None:
        headers = {"HX-Request": "true"} if name == "shell poll" else {}
        began = perf_counter()
        answer = self._visitor.get(address, **headers)
        self._answers.note(name, perf_counter() - began, answer.status_code)
        if answer.status_code == 302:
            self._open(name, answer.headers["Location"])


class Busy:
    """One run: the list through the pages, stage by stage."""

    def __init__(self, address: str, folder: Path, rows: int) -> None:
        self.file = folder / "people.csv"
        write_csv(self.file, rows)
        self.rows = rows
        self.answers = Answers()
        self.stages: dict[str, float] = {}
        self.people = 0
        self._clerk = Visitor(address)
        self._watcher = Watcher(Visitor(address), self.answers)

    def run(self) -> None:
        self._watcher.start()
        try:
            self._all_stages()
        finally:
            self._watcher.stopping.set()
            self._watcher.join()

    def _all_stages(self) -> None:
        clerk = self._clerk
        with self._stage("uploaded"):
            edit = clerk.post("/batches/new", {"recipients": ""}, token_from="/batches/new", file=self.file)
        batch = self._watcher.batch_address = edit.removesuffix("/edit")
        with self._stage("read"):
            clerk.wait_for(edit, "rows in the list")
        typed = {"sender": "Textdesk", "content": TEXT, "when": "now", "intent": "check"}
        with self._stage("text taken"):
            check = clerk.post(edit, typed, token_from=edit)
        with self._stage("counted"):
            found = PEOPLE.search(clerk.wait_for(check, SEND_BUTTON))
            self.people = int(found[1].replace(",", "")) if found else 0
        with self._stage("confirmed"):
            clerk.post(f"{batch}/confirm", {}, token_from=check)
        with self._stage("handed over"):
            clerk.wait_for(batch, "status-good")
        with self._stage("result file"):
            result = clerk.get(f"{batch}/result.csv").text
        with self._stage("reported on"):
            self._wait_for_reports(batch)
        if result.count("\r\n") != self.rows + 1:
            raise Missed(f"the result file has {result.count(chr(10)):,} lines")

    def _wait_for_reports(self, batch: str) -> None:
        began, pause = monotonic(), threading.Event()
        while monotonic() - began < MOST_SECONDS_A_STAGE:
            figures = dict(DELIVERED.findall(self._clerk.get(batch).text))
            if int(figures["waiting"].replace(",", "")) <= self.people * NEVER_REPORTED_SHARE:
                return
            pause.wait(1)
        raise Missed(f"not everybody was reported on: {figures}")

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        self.answers.stage = name
        began = perf_counter()
        yield
        self.stages[name] = perf_counter() - began


def measure(rows: int = ROWS) -> Iterator[Measurement]:
    with tempfile.TemporaryDirectory() as folder, running_demo(folder) as (pages, sandbox):
        requests.post(f"{sandbox}/_sandbox/credits", json={"credits": 10 * rows}, timeout=60)
        busy = Busy(pages, Path(folder), rows)
        busy.run()
        for stage, seconds in busy.stages.items():
            yield just(f"{rows:,} rows: {stage}", seconds, " s")
        yield from _figures(busy, sandbox)
        for failure in sorted(set(busy.answers.failures)):
            yield Measurement(failure, "", "none", False)


def _figures(busy: Busy, sandbox: str) -> Iterator[Measurement]:
    calls = requests.get(f"{sandbox}/_sandbox/calls", timeout=60).json()
    counts = requests.get(f"{sandbox}/_sandbox/log?limit=1", timeout=120).json()["by_destination"]
    wanted = -(-busy.people // MOST_RECIPIENTS)
    made = calls.get("send_collection", 0)
    yield exactly("calls that brought the list to the provider", made, wanted)
    yield exactly("people who got the text", len(counts), busy.people)
    yield exactly("people who got it twice", sum(count > 1 for count in counts.values()), 0)
    yield exactly("pages that failed", len(busy.answers.failures), 0)
    for page, seconds in busy.answers.seconds.items():
        yield just(f"{page}: {len(seconds):,} answers, p99", percentile(seconds, 99) * 1000, " ms")
        yield at_most(f"{page}: the slowest", max(seconds) * 1000, SLOWEST_PAGE_SECONDS * 1000, " ms")
    for stage, seconds in busy.answers.by_stage.items():
        yield just(f"while it was being {stage or 'begun'}, the slowest", max(seconds) * 1000, " ms")


def exactly(what: str, measured: int, target: int) -> Measurement:
    return Measurement(what, f"{measured:,}", f"= {target:,}", measured == target)


def percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


@contextmanager
def running_demo(folder: str) -> Iterator[tuple[str, str]]:
    """The addresses of its pages and of its sandbox."""
    port, sandbox_port = _free_ports(2)
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "--data", folder]
    words += ["--port", str(port), "--sandbox-port", str(sandbox_port)]
    with (
        (Path(folder) / "demo.log").open("w") as log,
        subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as demo,
    ):
        try:
            if not any(line.startswith("Ready: ") for line in demo.stdout or ()):
                raise Missed("the demo did not start")
            yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}"
        finally:
            demo.terminate()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        listeners = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    missed = 0
    for each in measure(parser.parse_args().rows):
        missed += not each.is_met
        verdict = "" if each.is_met else "  MISSED"
        print(f"{each.what:<54}{each.measured:>14}{each.target:>14}{verdict}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

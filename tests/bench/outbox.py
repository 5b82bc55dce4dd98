"""What the outbox adds to a bare loop of `requests.post` with the same bodies (ARCHITECTURE: at most 20 %).

Lists go as they do from the worker: claimed, built from the rows, sent, recorded. The provider is the sandbox
as a process of its own, so that neither side pays for it twice.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import requests
from sqlite_utils import Database

from tests.bench.measurement import Measurement, at_most, just
from tests.faults.house import free_port
from tests.faults.lists import csv_of, imported, people, written
from tests.faults.scene import LONDON
from webapp import demo
from webapp.app import create_client
from webapp.config import Settings
from webapp.sandbox import DEMO_TOKEN
from webapp.services.batches import sending
from webapp.services.batches.calls import Renderer, texts_for
from webapp.services.send import Pace
from webapp.services.yes import Yes
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundBatch
from webapp.store import batch_rows, calls, senders
from webapp.store.batches import Batch, get_batch
from webapp.store.calls import Call, Operation
from webapp.store.connection import open_database

ROWS = 20_000
RUNS = 12
MOST_TIMES = 1.2
SAME = "See you on Tuesday at ten"
PERSONAL = "Dear ((name)), see you on Tuesday at ten"
HEADERS = {"Authorization": DEMO_TOKEN, "Content-Type": "application/json", "Connection": "close"}
PACE = Pace(lease_seconds=60)


def measure() -> Iterator[Measurement]:
    with tempfile.TemporaryDirectory() as directory, _sandbox(Path(directory)) as url:
        settings = Settings(
            secret_key="x" * 32,
            database=Path(directory) / "textdesk.db",
            smsworks_url=url,
            smsworks_token=DEMO_TOKEN,
        )
        demo.seed(settings)
        with closing(open_database(settings.database)) as db:
            senders.add_sender(db, sender="ElmStreet", added_by="bench", now=datetime.now(UTC))
            for words, content in (("same text", SAME), ("personal", PERSONAL)):
                yield from _compare(db, settings, words, content)


def _compare(db: Database, settings: Settings, words: str, content: str) -> Iterator[Measurement]:
    """Both ways take turns, call by call, and at being first: whatever else the machine does meets both.

    The sandbox takes now two thirds, now one and a half times as long for the same call. So there are 48
    calls of each, and the ratio is the median of theirs: a dozen left it anywhere between 1.0 and 1.25.
    """
    client = create_client(settings)
    bare: list[float] = []
    outbox: list[float] = []
    for run in range(RUNS):
        batch = _confirmed(db, settings, f"{content} ({run})")
        for call in calls.list_of_batch(db, batch.id):
            url, body = settings.smsworks_url + _path(call), _body(db, call)
            ways = [
                (bare, partial(_post, url, body)),
                (outbox, partial(_dispatch, db, client, call)),
            ]
            for taken, way in ways if len(bare) % 2 else reversed(ways):
                taken.append(_seconds(way))
    yield just(f"{RUNS * ROWS:,} rows, {words}: bare loop", sum(bare), " s")
    yield just(f"{RUNS * ROWS:,} rows, {words}: through the outbox", sum(outbox), " s")
    ratio = statistics.median(ours / plain for ours, plain in zip(outbox, bare, strict=True))
    yield at_most(f"through the outbox for one of the bare loop, {words}", ratio, MOST_TIMES, "x")


def _confirmed(db: Database, settings: Settings, content: str) -> Batch:
    client, folder = create_client(settings), settings.uploads
    batch = imported(db, client, csv_of(people(ROWS)), folder=folder)
    batch = written(db, client, batch, content, folder=folder)
    assert sending.confirm(db, batch, Yes(1, batch.version, send_again=True), timezone=LONDON)
    return batch


def _path(call: Call) -> str:
    return "/batch/any" if call.operation is Operation.SEND_COLLECTION else "/batch/send"


def _body(db: Database, call: Call) -> object:
    batch = get_batch(db, call.batch_id or 0)
    assert batch is not None
    stretch = call.first_position or 0, call.last_position or 0
    people = batch_rows.addressees(db, batch.id, *stretch, columns=Renderer(batch).columns)
    if call.operation is Operation.SEND_COLLECTION:
        return [text.to_wire() for text in texts_for(batch, call, people)]
    numbers = tuple(person.number for person in people)
    return OutboundBatch.from_wire({**call.payload, "destinations": numbers}).to_wire()


def _post(url: str, body: object) -> None:
    requests.post(url, json=body, headers=HEADERS, timeout=60).raise_for_status()


def _dispatch(db: Database, client: SmsWorks, call: Call) -> None:
    done = sending.dispatch_part(db, client, call, pace=PACE)
    assert done is not None
    assert done.provider_batch_id


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@contextmanager
def _sandbox(directory: Path) -> Iterator[str]:
    port = free_port()
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "sandbox", "--port", str(port)]
    process = subprocess.Popen(
        [*words, "--data", str(directory / "sandbox.db")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        url = f"http://127.0.0.1:{port}"
        requests.post(f"{url}/_sandbox/credits", json={"credits": 10_000_000}, timeout=10).raise_for_status()
        yield f"{url}/v1"
    finally:
        process.terminate()
        process.wait(10)

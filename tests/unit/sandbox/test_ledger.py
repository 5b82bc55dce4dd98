import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import requests

from webapp.sandbox import Sandbox, create_sandbox

from .client import Api, Clock, batch_to, text_to


def balance_and_sum(sandbox: Sandbox) -> tuple[float, float]:
    with sandbox.store.reading() as db:
        [total] = db.execute("SELECT sum(amount) FROM ledger").fetchone()
    return float(sandbox.credits), total / 1000


def test_the_balance_is_the_sum_of_all_movements_whatever_happens(api: Api, clock: Clock, sandbox: Sandbox):
    dice = random.Random(7)
    sandbox.set_credits(60)
    for _ in range(60):
        ends = [f"4474001234{dice.randrange(100):02d}" for _ in range(3)] + ["33612345690"]
        paths = {"/message/send": text_to(dice.choice(ends)), "/batch/send": batch_to(*ends)}
        paths["/message/schedule"] = text_to(ends[0], schedule="2026-11-23T09:01:00Z")
        path = dice.choice(list(paths))
        with suppress(requests.ConnectionError):
            api.post(path, paths[path])
        clock.move(seconds=dice.random() * 2)
        sandbox.run_due()
        balance, total = balance_and_sum(sandbox)
        assert balance == total >= 0


def test_each_movement_is_on_record(api: Api, clock: Clock, sandbox: Sandbox):
    message_id = api.send("447400123490", content="a" * 161).json()["messageid"]
    clock.move(seconds=2)
    sandbox.run_due()
    sandbox.set_credits(5)
    ledger = api.get("/_sandbox/ledger").json()
    assert ledger["credits"] == 5
    moved = [(entry["kind"], entry["amount"], entry["message_id"]) for entry in ledger["entries"]]
    assert moved == [
        ("correction", -9995, None),
        ("refund", 2, message_id),
        ("charge", -2, message_id),
        ("top-up", 10_000, None),
    ]


def test_everything_survives_a_restart(tmp_path: Path, clock: Clock):
    database = tmp_path / "nested" / "sandbox.db"
    with closing(create_sandbox(database=database, clock=clock)) as sandbox, closing(Api(sandbox)) as api:
        token = api.post("/auth/token", {"key": "demo-key", "secret": "demo-secret"}).json()["token"]
        api.session.headers["Authorization"] = token
        api.send()
    clock.move(seconds=5)
    with closing(create_sandbox(database=database, clock=clock)) as sandbox, closing(Api(sandbox)) as api:
        api.session.headers["Authorization"] = token
        sandbox.run_due()
        assert api.one()["status"] == "DELIVERED"
        assert (api.credits(), len(sandbox.accepted())) == (9999, 1)


def test_the_file_is_in_write_ahead_mode(tmp_path: Path, clock: Clock):
    database = tmp_path / "sandbox.db"
    create_sandbox(database=database, clock=clock).close()
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)

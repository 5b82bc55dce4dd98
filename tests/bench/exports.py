"""What exports of a quarter of a million rows cost: the first byte, the first row, all of it, and the memory.

    python -m tests.bench.exports [--record FILE]

Over real HTTP, each file from a web process of its own: what one has held hides what the next one needs. The
memory is the most that the whole process held while it made the file, with Python, Flask and all of Textdesk;
what checking the password took before (64 MB) is not in it. The record holds mostly what the files are about:
replies, failed texts, one large batch, opt-outs. FILE keeps it for the next run.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from tests.bench.busy import Visitor
from tests.bench.generate import SECRET_KEY, generate
from tests.bench.measurement import Measurement, at_most, just
from tests.bench.records import kept_record
from tests.bench.traffic import COMMON_WORD, Mix
from tests.faults.house import free_port
from tests.faults.waiting import until
from webapp.config import ROOT
from webapp.store.connection import open_database, row

MESSAGES = 600_000
MIX = Mix(ways=(45, 45, 5, 5), failed=0.85, largest=0.42, opt_outs=0.42)
ROWS = 250_000
MOST_FIRST_BYTE_MILLISECONDS = 200
MOST_MEGABYTES = 150
READY_WITHIN_SECONDS = 60
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Export:
    """`path` is posted to with a token from the page `token_from`; without one it is opened."""

    name: str
    path: str
    token_from: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    least_rows: int = ROWS


@dataclass(frozen=True, slots=True)
class Download:
    """Times in seconds from the request; `first_row` is the first of the rows, not of the headings.

    `longest_wait`: between two pieces. `before_megabytes`: what the process held before it was asked.
    """

    rows: int
    first_byte: float
    first_row: float
    longest_wait: float
    whole: float
    before_megabytes: float
    most_megabytes: float


def measure() -> Iterator[Measurement]:
    yield from measure_record(kept_record("exports", messages=MESSAGES, mix=MIX))


def measure_record(record: Path) -> Iterator[Measurement]:
    for export in exports(record):
        with served(record) as (address, pid):
            yield from _lines(export, fetch(Visitor(address), export, pid))


def _lines(export: Export, download: Download) -> Iterator[Measurement]:
    name, rows, least = export.name, download.rows, export.least_rows
    yield Measurement(f"{name}: rows", f"{rows:,}", f">= {least:,}", rows >= least)
    yield at_most(f"{name}: first byte", 1000 * download.first_byte, MOST_FIRST_BYTE_MILLISECONDS, " ms")
    yield at_most(f"{name}: first row", 1000 * download.first_row, MOST_FIRST_BYTE_MILLISECONDS, " ms")
    yield just(f"{name}: longest wait for a piece", 1000 * download.longest_wait, " ms")
    yield just(f"{name}: whole file", download.whole, " s")
    yield just(f"{name}: memory before", download.before_megabytes, " MB")
    yield at_most(f"{name}: most memory", download.most_megabytes, MOST_MEGABYTES, " MB")


def exports(record: Path) -> list[Export]:
    today = datetime.now(UTC).date()
    year = f"since={today - timedelta(days=364)}&until={today}"
    with closing(open_database(record)) as db:
        found = row(db, "SELECT ref FROM batches ORDER BY rows_read DESC")
    assert found is not None
    words = {"q": COMMON_WORD}
    return [
        Export("Messages", "/messages/export", "/messages"),
        Export("Messages, received", "/messages/export?direction=in", "/messages"),
        Export("Messages, words", "/messages/export", "/messages", words),
        Export("Failed, a year", f"/failed/export?{year}", "/failed"),
        Export("Failed, temporary", f"/failed/export?{year}&lasts=temporary", "/failed", least_rows=90_000),
        Export("Inbox", "/inbox/export", "/inbox"),
        Export("Inbox, a year", f"/inbox/export?{year}", "/inbox"),
        Export("Inbox, words", "/inbox/export", "/inbox", {"q": "please"}, least_rows=40_000),
        Export("The result of a batch", f"/batches/{found['ref']}/result.csv"),
        Export("Opt-outs", "/inbox/opt-outs/export", "/inbox/opt-outs"),
    ]


def fetch(visitor: Visitor, export: Export, pid: int) -> Download:
    token = _CSRF.search(visitor.get(export.token_from).text) if export.token_from else None
    before = _forget_peak(pid)
    begun = time.monotonic()
    form = {**export.form, "csrf_token": token[1]} if token else None
    with visitor.open(export.path, form) as reply:
        assert reply.status_code == 200, (export.path, reply.status_code)
        return _read(reply, begun, pid, before)


def _read(reply: requests.Response, begun: float, pid: int, before: float) -> Download:
    lines, first_byte, first_row, longest, last = 0, None, None, 0.0, begun
    for chunk in reply.iter_content(64 * 1024):
        now = time.monotonic()
        longest, last = max(longest, now - last), now
        first_byte = first_byte or now - begun
        lines += chunk.count(b"\r\n")
        if first_row is None and lines > 1:
            first_row = now - begun
    whole = time.monotonic() - begun
    peak = _status(pid, "VmHWM")
    return Download(lines - 1, first_byte or whole, first_row or whole, longest, whole, before, peak)


def _forget_peak(pid: int) -> float:
    """Megabytes that the process holds now; the most it has held is noted anew from here."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _status(pid, "VmRSS")


def _status(pid: int, name: str) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().split(f"{name}:")[1].split()[0]) / 1024


@contextmanager
def served(record: Path) -> Iterator[tuple[str, int]]:
    """The address of a web process over that record, and its id."""
    port = free_port()
    words = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    words += ["--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "warning"]
    environment = {**os.environ, "TEXTDESK_SECRET_KEY": SECRET_KEY, "TEXTDESK_DATABASE": str(record)}
    environment["TEXTDESK_SMSWORKS_URL"] = "http://127.0.0.1:9/v1"
    address = f"http://127.0.0.1:{port}"
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, cwd=ROOT, env=environment, stderr=quiet) as master:
        try:
            until(lambda: _is_ready(address), within=READY_WITHIN_SECONDS)
            children = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()
            yield address, int(children[0])
        finally:
            master.terminate()


def _is_ready(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--record", type=Path)
    given = parser.parse_args().record
    missed = 0
    if given and not given.exists():
        generate(given, messages=MESSAGES, mix=MIX)
    for each in measure_record(given) if given else measure():
        missed += not each.is_met
        verdict = "" if each.is_met else "  MISSED"
        print(f"{each.what:<46}{each.measured:>14}{each.target:>14}{verdict}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

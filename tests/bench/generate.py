"""Makes a record of so many messages, to measure or to look at Textdesk over years of traffic.

    python -m tests.bench.generate --messages 1000000 FILE

FILE is a whole database: the demo's staff, a year of texts sent and received with every status, the batches,
single texts and other programs they came from, conversations, opt-outs, and what is scheduled. Everything
goes through the record's own triggers, so whatever it keeps for searching and counting is filled. The same
each time, apart from the day on which it ends. A million take about three minutes of a processor and 1.6 GB.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlite_utils import Database

from tests.bench.traffic import USUAL, Mix, Scale, Text, Way, number_of, traffic
from tests.bench.trail import entries
from webapp.config import Settings
from webapp.demo import seed
from webapp.smsworks.client import MOST_RECIPIENTS
from webapp.store import log_state, readings
from webapp.store.audit_chain import read_head
from webapp.store.calls import FORGOTTEN
from webapp.store.connection import open_database, row, rows, time_text, transaction, write
from webapp.store.drafts import content_hash

SECRET_KEY = "a secret for tests, and long enough"
ROWS_A_WRITE = 5000
OUTCOMES_UNKNOWN = 12
WARDS = ("north", "south", "east", "west", "garden", "river", "hill")
ROWS_OF_OTHER_BATCH = 20_000
"""From its first text to its last: with all that went another way between them."""
SENDER_OF_STAFF = 2
"""The id of Sam, whom `demo.seed` adds second."""


def generate(path: Path, *, messages: int, days: int = 365, mix: Mix = USUAL) -> None:
    """Make the record at `path`, which must not exist yet."""
    if path.exists():
        raise FileExistsError(f"{path} is there already; name a new file.")
    seed(settings_for(path))
    now = datetime.now(UTC)
    with closing(open_database(path)) as db:
        # Only while it is made: whoever kills it in the middle makes a new one.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-600000", "foreign_keys=OFF"):
            db.conn.execute(f"PRAGMA {pragma}")
        with transaction(db):
            _collect_words(db, megabytes=256)
            _Record(db, Scale(messages, days, mix), now).fill()
            _collect_words(db, megabytes=1)
        db.conn.execute("PRAGMA journal_mode=WAL")


def _collect_words(db: Database, *, megabytes: int) -> None:
    """How much of an index of words is collected before it is written; 1 is SQLite's own."""
    for each in rows(db, "SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'"):
        name = each["name"]
        hash_size = megabytes * 1024 * 1024
        db.conn.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('hashsize', ?)", [hash_size])  # noqa: S608


def settings_for(path: Path) -> Settings:
    """Textdesk over such a record, with no provider behind it."""
    return Settings(secret_key=SECRET_KEY, database=path, smsworks_url="http://127.0.0.1:9/v1")


_CONVERSATIONS = """
INSERT INTO conversations
    (number, reply_number, last_row_id, newest_row_id, last_at, arrived_at)
SELECT sender, destination, MAX(id), MAX(id), MAX(created_at), MAX(created_at)
FROM messages WHERE status = 'INCOMING' GROUP BY sender ORDER BY MAX(id)
"""
_INBOUND = """
INSERT INTO inbound (message_row_id, conversation_id, received_at, is_dated, reply_number, keyword,
    read_at, read_by)
SELECT messages.id, conversations.id, messages.created_at, 1, destination, COALESCE(keyword, ''),
    messages.created_at, ?
FROM messages JOIN conversations ON number = sender WHERE status = 'INCOMING' ORDER BY messages.id
"""
_UNREAD = """
UPDATE inbound SET read_at = NULL, read_by = NULL
WHERE message_row_id IN (SELECT last_row_id FROM conversations WHERE unread)
"""
_INBOX_STATE = """
UPDATE inbox_state SET (unread_texts, unread_conversations, newest_row_id) =
    (SELECT SUM(unread), SUM(unread), MAX(newest_row_id) FROM conversations),
    sweep_is_wanted = 0, fetched_at = ?
"""


_WHOLE_CALL = "UPDATE outbox SET last_position = ?, message_count = ? WHERE id = ?"


class _Record:
    """Fills one record; ids count up, so that what belongs together is known before it is written."""

    def __init__(self, db: Database, scale: Scale, now: datetime) -> None:
        self._db, self._scale, self._now = db, scale, now
        self._dice = random.Random(11)
        self._call_id = 0
        self._batches = _Batches(scale, self._dice)

    def fill(self) -> None:
        texts = traffic(self._scale, now=self._now)
        while some := list(islice(texts, ROWS_A_WRITE)):
            self._add_texts(some)
        self._close_batches(self._batches.rest())
        self._db.conn.execute(
            "INSERT INTO message_events (message_row_id, at, status, detail) "
            "SELECT id, modified_at, status, COALESCE(failure_details, '') FROM messages"
        )
        self._add_inbound()
        self._add_scheduled()
        self._add_unknown()
        self._add_opt_outs()
        self.add_audit()
        log_state.advance(self._db, self._now)
        readings.record_heartbeat(self._db, readings.PROVIDER, now=self._now)

    def _add_texts(self, texts: list[Text]) -> None:
        messages, drafts, calls = [], [], []
        full: list[_Batch] = []
        for text in texts:
            call_id = None
            if text.way is Way.SINGLE:
                call_id = self._next_call()
                drafts.append(_draft(call_id, text.destination, text.sender, text.content, text.at))
                calls.append(self._single_call(call_id, text))
            elif text.way is Way.OF_BATCH:
                full += self._batches.add(text, self._next_call)
                text, call_id = self._batches.text, self._batches.call_id
            messages.append(_message(text, call_id))
        self._insert("drafts", drafts)
        self._insert("outbox", [*calls, *self._batches.begun])
        self._batches.begun.clear()
        self._insert("messages", messages)
        self._insert("message_metadata", _metadata(texts))
        self._close_batches(full)

    def _next_call(self) -> int:
        self._call_id += 1
        return self._call_id

    def _single_call(self, call_id: int, text: Text) -> dict[str, Any]:
        """One in twenty was scheduled."""
        scheduled = call_id % 20 == 0
        return _call(
            call_id,
            text.destination,
            text.sender,
            text.content,
            text.at,
            draft_id=f"d{call_id}",
            operation="schedule_message" if scheduled else "send_message",
            schedule_status="PROCESSED" if scheduled else None,
            message_id=text.message_id,
            tag=text.tag,
            credits=_credits(text),
        )

    def _close_batches(self, full: Iterable["_Batch"]) -> None:
        for batch in full:
            self._insert("batches", [batch.row()])
            self._insert("batch_rows", batch.rows())
            self._db.conn.executemany(_WHOLE_CALL, batch.stretches())

    def _add_inbound(self) -> None:
        """A conversation for everybody who texted; the latest of some are unread."""
        run = self._db.conn.execute
        run(_CONVERSATIONS)
        run(_INBOUND, [SENDER_OF_STAFF])
        waiting = "last_row_id >= (SELECT MIN(id) FROM (SELECT last_row_id AS id FROM conversations "
        waiting += "ORDER BY id DESC LIMIT ?))"
        count = [self._scale.waiting]
        run(f"UPDATE conversations SET unread = 1, waiting_since = last_at WHERE {waiting}", count)  # noqa: S608
        run(_UNREAD)
        run(_INBOX_STATE, [time_text(self._now)])

    def _add_scheduled(self) -> None:
        """Ours that are to come, as the provider lists them, and as many of other programs."""
        drafts, calls, items = [], [], []
        for at in range(self._scale.to_come):
            goes_at = self._now + timedelta(hours=2 + 700 * at / self._scale.to_come)
            number, content = number_of(at), f"Dear Sam, your appointment {at} is on Monday."
            item = {"sender": "Textdesk", "destination": number, "people": 1, "content": content}
            item |= {"is_batch": 0, "status": "SCHEDULED", "goes_at": time_text(goes_at), "is_listed": 1}
            items.append({**item, "provider_id": f"other{at}"})
            call_id = self._next_call()
            items.append({**item, "provider_id": f"ours{call_id}"})
            drafts.append(_draft(call_id, number, "Textdesk", content, self._now))
            call = _call(call_id, number, "Textdesk", content, self._now, draft_id=f"d{call_id}")
            fate = {"schedule_status": "SCHEDULED", "message_id": f"ours{call_id}"}
            call |= {**fate, "operation": "schedule_message", "goes_at": time_text(goes_at)}
            calls.append(call)
        self._insert("drafts", drafts)
        self._insert("outbox", calls)
        self._insert("scheduled_items", items)
        write(self._db, "UPDATE scheduled_state SET asked_at = ?", [time_text(self._now)])

    def _add_unknown(self) -> None:
        """What was never taken, in proportion, and a few of which nobody knows."""
        refused = self._scale.messages // 400 + 4
        ends = [("refused", code) for code in ("gave_up", "402", "401", "invalid_request", FORGOTTEN)]
        fates = [ends[at % len(ends)] for at in range(refused)] + [("unknown", None)] * OUTCOMES_UNKNOWN
        drafts, calls = [], []
        for at, (state, code) in enumerate(fates):
            call_id, number = self._next_call(), number_of(at)
            tried_at = self._now - timedelta(days=self._scale.days) * (len(fates) - at) / len(fates)
            drafts.append(_draft(call_id, number, "Textdesk", "Your tablets are here.", tried_at))
            call = _call(
                call_id, number, "Textdesk", "Your tablets are here.", tried_at, draft_id=f"d{call_id}"
            )
            call |= {"state": state, "error_code": code, "message_id": None}
            call |= {"needs_person": "found twice", "unknown_at": time_text(tried_at)} if code is None else {}
            calls.append(call)
        self._insert("drafts", drafts)
        self._insert("outbox", calls)

    def _add_opt_outs(self) -> None:
        count, span = self._scale.opt_outs, timedelta(days=self._scale.days)
        self._insert(
            "opt_outs",
            (
                {
                    "number": number_of(at * 2),
                    "added_at": time_text(self._now - span * (count - at) / count),
                    "added_by": "sam",
                    "source": ("text", "staff", "import")[at % 3],
                    "reason": "",
                }
                for at in range(count)
            ),
        )

    def add_audit(self) -> None:
        head = read_head(self._db)
        self._insert("audit", entries(self._scale.audit, after=head, days=self._scale.days, now=self._now))

    def _insert(self, table: str, new: Iterable[dict[str, Any]]) -> None:
        rows = list(new)
        if rows:
            columns = ", ".join(rows[0])
            places = ", ".join(f":{column}" for column in rows[0])
            self._db.conn.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608


class _Batch:
    """A list that fills up, and the calls of at most five thousand texts each that brought it."""

    def __init__(self, batch_id: int, size: int) -> None:
        self.id, self.size = batch_id, size
        self.texts: list[Text] = []
        self.call_ids: list[int] = []

    def row(self) -> dict[str, Any]:
        first, last = self.texts[0], self.texts[-1]
        stamps = {name: time_text(first.at) for name in ("created_at", "confirmed_at", "goes_at")}
        tally = {"counts": {"valid": len(self.texts)}, "credits": str(len(self.texts)), "segments": {}}
        return {
            **{"id": self.id, "ref": f"batch{self.id}", "author_id": SENDER_OF_STAFF, "confirmed_by": 2},
            **{"name": f"List {self.id}.csv", "state": "sent", "headers": '["First name","Mobile"]'},
            **{"rows_read": len(self.texts), "tally": json.dumps(tally), "sender": "Textdesk"},
            **{"content": "Dear ((first name)), your appointment is on Monday.", "number_column": 1},
            **{"updated_at": time_text(last.at), "ended_at": time_text(last.at), **stamps},
            "scheduled_at": time_text(first.at) if self.id % 5 == 0 else None,
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        for position, text in enumerate(self.texts, start=1):
            code, details, permanent = text.failure or (None, None, None)
            yield {
                **{"batch_id": self.id, "position": position, "sheet_row": position + 1, "verdict": "valid"},
                **{"fields": json.dumps(["Sam", text.destination]), "number": text.destination},
                **{"message_id": text.message_id, "status": text.status, "failure_code": code},
                **{"failure_details": details, "failure_permanent": permanent, "credits": "1"},
            }

    def begin_call(self, call_id: int, text: Text) -> dict[str, Any]:
        self.call_ids.append(call_id)
        first = len(self.texts) + 1
        call = _call(call_id, text.destination, "", "", text.at, operation="send_collection")
        call |= {"payload": "{}", "batch_id": self.id, "provider_batch_id": f"pb{call_id}"}
        return call | {"first_position": first, "last_position": first, "message_id": None}

    def stretches(self) -> Iterator[tuple[int, int, int]]:
        """The last row of each call, how many it has, and its id."""
        for at, call_id in enumerate(self.call_ids):
            last = min((at + 1) * MOST_RECIPIENTS, len(self.texts))
            yield last, last - at * MOST_RECIPIENTS, call_id


class _Batches:
    """Which batch a text belongs to: one after the other, and one that is a tenth of everything."""

    def __init__(self, scale: Scale, dice: random.Random) -> None:
        self._sizes = self._draw(scale, dice)
        self._filling = _Batch(1, next(self._sizes))
        self.begun: list[dict[str, Any]] = []

    def add(self, text: Text, next_call: Any) -> list[_Batch]:
        """The batches that are full before it is added."""
        full = []
        if len(self._filling.texts) >= self._filling.size:
            full.append(self._filling)
            self._filling = _Batch(self._filling.id + 1, next(self._sizes))
        if len(self._filling.texts) % MOST_RECIPIENTS == 0:
            self.begun.append(self._filling.begin_call(next_call(), text))
        first = self._filling.texts[0] if self._filling.texts else text
        # A batch has one sender ID and one tag.
        self.text = text._replace(sender=first.sender, tag=first.tag)
        self._filling.texts.append(self.text)
        self.call_id = self._filling.call_ids[-1]
        return full

    def rest(self) -> list[_Batch]:
        return [self._filling] if self._filling.texts else []

    def _draw(self, scale: Scale, dice: random.Random) -> Iterator[int]:
        in_others = scale.mix.ways[Way.OF_BATCH] / 100 - scale.mix.largest
        usual = max(int(scale.messages * in_others / scale.batches), 1)
        for number in range(sys.maxsize):
            is_largest = number == scale.batches // 2
            largest = max(int(scale.messages * scale.mix.largest), 1)
            yield largest if is_largest else max(int(usual * dice.uniform(0.3, 1.7)), 1)


def _message(text: Text, call_id: int | None) -> dict[str, Any]:
    code, details, permanent = text.failure or (None, None, None)
    raw = {
        "messageid": text.message_id,
        "status": text.status,
        "sender": text.sender,
        "content": text.content,
    }
    raw |= {"destination": text.destination, "tag": text.tag or "", "created": time_text(text.at)}
    return {
        **{"id": text.row_id, "message_id": text.message_id, "outbox_id": call_id, "status": text.status},
        **{"sender": text.sender, "destination": text.destination, "content": text.content, "tag": text.tag},
        **{"keyword": text.keyword, "created_at": time_text(text.at), "failure_code": code},
        **{"modified_at": time_text(text.modified_at), "read_at": time_text(text.modified_at)},
        **{"failure_details": details, "failure_permanent": permanent, "credits": _credits(text)},
        "batch_id": f"other{text.row_id // ROWS_OF_OTHER_BATCH}" if text.way is Way.OTHER_PROGRAM else None,
        "raw": json.dumps(raw, ensure_ascii=False),
    }


def _metadata(texts: Iterable[Text]) -> Iterator[dict[str, Any]]:
    """Other programs mark all their texts; one pair stands in all of them, one in some, one in few."""
    for text in texts:
        if text.way is Way.OTHER_PROGRAM:
            pairs = {"system": "booking", "ward": WARDS[text.row_id % len(WARDS)]}
            if text.row_id % 1000 == 0:
                pairs["seldom"] = "yes"
            yield from ({"key": key, "id": text.row_id, "value": value} for key, value in pairs.items())


def _credits(text: Text) -> str:
    """What one in six cost is more than usual."""
    dice = text.row_id * 37 % 100
    return "1" if dice < 83 else "2" if dice < 97 else "3"


def _draft(call_id: int, number: str, sender: str, content: str, at: datetime) -> dict[str, Any]:
    stamps = {name: time_text(at) for name in ("created_at", "updated_at", "confirmed_at")}
    return {
        **{"id": f"d{call_id}", "author_id": SENDER_OF_STAFF, "confirmed_by": SENDER_OF_STAFF, **stamps},
        **{"delivery": "now", "typed": "{}", "numbers": json.dumps([number]), "sender": sender},
        **{"content": content, "content_hash": content_hash(content), "options": "{}"},
    }


def _call(
    call_id: int,
    number: str,
    sender: str,
    content: str,
    at: datetime,
    *,
    draft_id: str | None = None,
    operation: str = "send_message",
    schedule_status: str | None = None,
    message_id: str | None = None,
    tag: str | None = None,
    credits: str = "1",
) -> dict[str, Any]:
    payload = {"sender": sender, "destination": number, "content": content, **({"tag": tag} if tag else {})}
    stamp = time_text(at)
    times = ("next_attempt_at", "give_up_at", "goes_at", "in_flight_at", "ended_at", "created_at")
    return {
        **{"id": call_id, "ref": f"ref{call_id}", "draft_id": draft_id, "draft_version": 1, "attempts": 1},
        **{"purpose": "send", "operation": operation, "destination": number, "state": "accepted"},
        **{"payload": json.dumps(payload, ensure_ascii=False), "payload_hash": f"h{call_id}"},
        **{"content_hash": content_hash(content), "estimated_credits": credits, "credits_used": credits},
        **{"message_id": message_id, "schedule_status": schedule_status, "error_code": None},
        **{"batch_id": None, "provider_batch_id": None, "first_position": None, "last_position": None},
        **{"message_count": 1, "needs_person": None, "unknown_at": None, "created_by": SENDER_OF_STAFF},
        **dict.fromkeys(times, stamp),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--days", type=int, default=365, help="over how many days they are spread (365)")
    parser.add_argument("file", type=Path)
    wanted = parser.parse_args()
    begun = perf_counter()
    generate(wanted.file, messages=wanted.messages, days=wanted.days)
    took, size = perf_counter() - begun, wanted.file.stat().st_size / 1024 / 1024
    with closing(open_database(wanted.file)) as db:
        found = row(db, "SELECT COUNT(*) AS texts FROM messages")
    print(f"{found['texts'] if found else 0:,} messages in {took:.0f} s, {size:,.0f} MB")


if __name__ == "__main__":
    main()

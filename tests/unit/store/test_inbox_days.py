"""Between two days each conversation stands once in the inbox, by its latest text of those days."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.bench.generate import generate
from tests.unit.store.every_page import A_PAGE, left_as_it_was
from webapp.store.connection import rows, time_text, write
from webapp.store.conversations import Place
from webapp.store.inbox_search import InboxFilter, list_matching

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("days") / "textdesk.db"
    generate(path, messages=6_000, days=100)
    return path


@pytest.fixture
def db(generated: Path) -> Iterator[Database]:
    """Some have texted twice in the same moment."""
    with left_as_it_was(generated) as db:
        write(
            db,
            "UPDATE inbound SET received_at = (SELECT last_at FROM conversations "
            "WHERE conversations.id = conversation_id) WHERE message_row_id % 3 = 0",
            [],
        )
        write(
            db,
            "UPDATE conversations SET last_row_id = (SELECT MAX(message_row_id) FROM inbound "
            "WHERE conversation_id = conversations.id AND received_at = last_at)",
            [],
        )
        yield db


@pytest.mark.parametrize("since", [None, 100, 40, 1])
@pytest.mark.parametrize("until", [None, -1, 10, 60])
def test_every_conversation_is_there_once(db: Database, since: int | None, until: int | None) -> None:
    """Whether texts came in after those days or not; `since` and `until` are days ago."""
    wanted = InboxFilter(since=days_ago(since), until=days_ago(until))
    seen: list[int] = []
    before = None
    while True:
        page = list_matching(db, wanted, limit=A_PAGE, before=before)
        seen += [each.row_id for each in page]
        if len(page) < A_PAGE:
            break
        before = Place(page[-1].received_at, page[-1].row_id)
    assert seen == looked_for(db, wanted)


def days_ago(days: int | None) -> datetime | None:
    return None if days is None else NOW - timedelta(days=days)


def looked_for(db: Database, wanted: InboxFilter) -> list[int]:
    """What is right: every text is looked at."""
    latest: dict[int, int] = {}
    for text in rows(
        db,
        "SELECT conversation_id, message_row_id FROM inbound WHERE received_at >= ? AND received_at < ? "
        "ORDER BY received_at DESC, message_row_id DESC",
        [time_text(wanted.since) if wanted.since else "", time_text(wanted.until) if wanted.until else "~"],
    ):
        latest.setdefault(text["conversation_id"], text["message_row_id"])
    return list(latest.values())

"""A page over a large record takes as much work as over a small one.

Work is counted in steps of SQLite's virtual machine, which are the same on every machine and in every run:
times would need room for noise, and a test that fails by chance teaches nobody anything. `make bench` takes
the times (docs/performance.md).
"""

import re
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.bench.generate import generate
from tests.bench.page_addresses import PAGES, Page
from tests.bench.steps import CountingHouse, Work, shape_of
from webapp.store.connection import open_database, rows

FEW, MANY = 1_000, 20_000
FEW_DAYS = 30
SAME_SIZE = 0.9
MOST_TIMES = 2
# About a millisecond: plots of a year have more to add up than those of a month, whatever the record is.
STEPS_FOR_NOTHING = 15_000
MOST_STEPS_OF_A_POLL = 6_000
MOST_STATEMENTS_OF_A_POLL = 40
_BY_TIME = re.compile(
    r"ORDER BY (?:\w+\.)?(?:created_at|received_at|last_at|waiting_since|at)\b.* LIMIT", re.S
)
_BY_ROW = re.compile(r"ORDER BY (?:\w+\.)?id(?: DESC)? LIMIT")
# Keywords come with what is received: those of what went out are sorted.
OF_HARDLY_ANY = "SELECT id FROM messages WHERE keyword ="
# What grows with the texts, or with the people who get them.
LARGE = (
    *("messages", "message_events", "inbound", "conversations", "outbox", "outbox_events", "drafts"),
    *("batches", "batch_rows", "message_metadata", "audit", "opt_outs", "opt_out_events"),
    *("daily_texts", "failure_counts", "spend_sums", "message_days"),
)


class Works(NamedTuple):
    """What a page takes over few messages, and over many."""

    page: Page
    few: Work
    many: Work


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ratios") / "many.db"
    generate(path, messages=MANY)
    return path


@pytest.fixture(scope="module")
def works(large: Path) -> list[Works]:
    small = large.with_name("few.db")
    generate(small, messages=FEW, days=FEW_DAYS)
    few, many = CountingHouse(small), CountingHouse(large)
    for house in (few, many):
        house.show_signs_of_life()
    try:
        return [_works_of(page, few, many) for page in PAGES]
    finally:
        few.close()
        many.close()


def _works_of(page: Page, few: CountingHouse, many: CountingHouse) -> Works:
    """Where the few hold too little for a whole page, the list without that filter counts."""
    small, large = _work_of(page, few), _work_of(page, many)
    if page.whole and small.size < SAME_SIZE * large.size:
        small = few.work(page.whole(few))
    return Works(page, small, large)


def _work_of(page: Page, house: CountingHouse) -> Work:
    """What changes by the minute may change between the page and its poll: then it is asked once more."""
    try:
        return house.work(page.ask_of(house))
    except AssertionError:
        if not page.is_unchanged_poll:
            raise
        return house.work(page.ask_of(house))


def test_no_page_takes_more_work_the_more_messages_there_are(works: list[Works]) -> None:
    grown = {
        each.page.name: (each.few.steps, each.many.steps)
        for each in works
        if each.many.steps > MOST_TIMES * each.few.steps + STEPS_FOR_NOTHING
    }
    assert len(works) > 150
    assert grown == {}, "steps over few and over many messages"


def test_an_unchanged_poll_takes_next_to_nothing(works: list[Works]) -> None:
    polls = {each.page.name: each.many for each in works if each.page.is_unchanged_poll}
    dear = {name: work.steps for name, work in polls.items() if work.steps > MOST_STEPS_OF_A_POLL}
    many = {name: len(work.statements) for name, work in polls.items()}
    assert polls
    assert dear == {}
    assert {name: count for name, count in many.items() if count > MOST_STATEMENTS_OF_A_POLL} == {}


def test_no_page_reads_a_table_that_grows_from_end_to_end(large: Path, works: list[Works]) -> None:
    """Reading an index, or rows, in the order of the list is no such thing: it ends with the page."""
    whole = {f"SCAN {table}" for table in LARGE}
    plans = [each for each in _plans(large, works) if not _BY_ROW.search(each.statement)]
    assert len(plans) > 100
    assert [each for each in plans if whole & set(each.steps)] == []


def test_no_list_is_sorted_before_it_is_cut_off(large: Path, works: list[Works]) -> None:
    """Then a page costs what the whole list does, and a file that is read page by page the square of it."""
    lists = [each for each in _plans(large, works) if _BY_TIME.search(each.statement)]
    assert len(lists) > 50
    sorting = [each for each in lists if "USE TEMP B-TREE FOR ORDER BY" in each.steps]
    assert [each for each in sorting if OF_HARDLY_ANY not in each.statement] == []


class Plan(NamedTuple):
    """How SQLite goes about a statement, and the first page that runs it."""

    page: str
    statement: str
    steps: tuple[str, ...]


def _plans(large: Path, works: list[Works]) -> list[Plan]:
    statements = {
        shape_of(statement): (each.page.name, statement)
        for each in works
        for statement in each.many.statements
        if statement.lstrip().upper().startswith(("SELECT", "WITH")) and "IN ()" not in statement
    }
    with closing(open_database(large)) as db:
        return [
            Plan(
                name, statement, tuple(step["detail"] for step in rows(db, f"EXPLAIN QUERY PLAN {statement}"))
            )
            for name, statement in statements.values()
        ]

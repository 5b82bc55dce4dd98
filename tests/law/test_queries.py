"""How many statements a page may run: whoever adds one to a list or a poll has to say so here."""

from collections.abc import Iterator

import pytest

from tests.bench.generate import generate
from tests.bench.page_addresses import PAGES, Page
from tests.bench.pages import House

# One finds the session, its person and what everybody must know; one reads what stands around every page.
MOST = {
    "Home": 38,
    "Messages": 10,
    "Messages, next page": 10,
    "Messages: delivered": 9,
    "Messages: a batch": 10,
    "Messages: search a rare word": 13,
    "Messages: metadata": 11,
    "Failed": 21,
    "Failed, next page": 21,
    "Scheduled: to come": 18,
    "Scheduled: past": 18,
    "Inbox": 7,
    "Inbox, next page": 6,
    "Inbox: unread": 6,
    "a conversation": 16,
    "Opt-outs": 4,
    "Batches": 5,
    "A batch of the usual size": 12,
    "The largest batch": 13,
    "Audit trail": 6,
    "Home, unchanged poll": 2,
    "Messages, unchanged poll": 2,
    "Scheduled, unchanged poll": 3,
    "Inbox, unchanged poll": 2,
    "A conversation, unchanged poll": 2,
}
_CHOSEN = [page for page in PAGES if page.name in MOST]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    path = tmp_path_factory.mktemp("queries") / "record.db"
    generate(path, messages=1000, days=30)
    house = House(path)
    house.show_signs_of_life()
    yield house
    house.close()


@pytest.mark.xdist_group("queries")
@pytest.mark.parametrize("counted", _CHOSEN, ids=lambda counted: counted.name)
def test_a_page_runs_no_more_statements_than_agreed(house: House, counted: Page) -> None:
    ask = counted.ask_of(house)
    house.read(ask)
    assert house.queries(ask) <= MOST[counted.name]


def test_every_poll_and_every_list_that_is_named_is_counted() -> None:
    assert {page.name for page in _CHOSEN} == set(MOST)
    assert {page.name for page in PAGES if page.is_unchanged_poll} <= set(MOST)

"""What pages are measured against shows what the list of Messages shows: the same table."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.bench.asking import Ask, timed
from tests.bench.floors import ROWS, table_floor
from tests.bench.generate import generate
from tests.bench.pages import House
from tests.markup import Element, parse
from webapp.store.connection import read_time
from webapp.store.record import Source
from webapp.web.pagination import write_place

Tables = list[tuple[Element, Element]]
MESSAGES = 2_000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    path = tmp_path_factory.mktemp("floors") / "record.db"
    generate(path, messages=MESSAGES, days=30)
    house = House(path)
    yield house
    house.close()


@pytest.fixture(scope="module")
def tables(house: House) -> Tables:
    """That of the floor and that of Messages, wherever the latter shows nothing but messages."""
    before = range(2 * ROWS, MESSAGES, ROWS)
    found = [(floor_before(house, row_id), messages_before(house, row_id)) for row_id in before]
    return [(floor, shown) for floor, shown in found if not shown.select("[id^=to_c]")]


def created_at(house: House, row_id: int) -> str:
    return house.value(f"SELECT created_at FROM messages WHERE id = {row_id}")  # noqa: S608


def floor_before(house: House, row_id: int) -> Element:
    ask = table_floor(house.floors, at=created_at(house, row_id), id=str(row_id))
    return table_of(timed(house.floors, ask)[1].decode())


def messages_before(house: House, row_id: int) -> Element:
    place = write_place(read_time(created_at(house, row_id)), Source.MESSAGE, row_id)
    return table_of(house.read(Ask(f"/messages?{urlencode({'before': place})}")))


def table_of(page: str) -> Element:
    [table] = parse(page).select("table")
    return table


def shape(element: Element) -> tuple[object, ...]:
    """An element with its attributes and what is in it; addresses of files without their version."""
    attributes = {name: re.sub(r"[?]v=\w+", "", str(value)) for name, value in element.attrs.items()}
    inside = [
        shape(child) if isinstance(child, Element) else str(child).strip() for child in element.children()
    ]
    return element.name, attributes, [each for each in inside if each]


def test_the_floor_shows_the_table_that_messages_shows(tables: Tables) -> None:
    assert len(tables) > 10
    for floor, shown in tables:
        assert len(floor.select("tbody tr")) == ROWS
        for row, row_of_messages in zip(floor.select("tr"), shown.select("tr"), strict=True):
            assert shape(row) == shape(row_of_messages)
        assert shape(floor) == shape(shown)


def test_between_them_the_tables_hold_everything_that_a_row_can_be(
    tables: Tables,
) -> None:
    def texts(selector: str) -> set[str]:
        return {cell.text for floor, _ in tables for cell in floor.select(selector)}

    failed = {"Not delivered", "Expired", "Rejected"}
    assert texts(".status") == {"Received", "Delivered", "Sent, no report", *failed}
    assert texts("[data-label=By]") == {"sam", "them", "another program"}
    assert texts("[data-label=Credits]") - {"3 0"} == {"1", "2", "3", "1 0", "2 0"}

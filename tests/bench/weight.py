"""What comes with a page: its styles and scripts, compressed as tests/browser/test_weight.py does it."""

import gzip
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.asking import Ask
from tests.bench.generate import generate
from tests.bench.measurement import Measurement, at_most
from tests.bench.page_addresses import PAGES, Page
from tests.bench.pages import House
from tests.browser.tools import htmx_script
from webapp.web.htmx import HTMX_URL

MOST_BYTES = 60_000
MESSAGES = 1_000
HARDEST = 9
_ASSET = re.compile(r'(?:href|src)="([^"]+\.(?:css|js)(?:\?[^"]*)?)"')


def measure() -> Iterator[Measurement]:
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.db"
        generate(record, messages=MESSAGES, days=30)
        house = House(record)
        weights = {
            page.name: sum(_weight_of(house, asset) for asset in _assets_of(house, page))
            for page in PAGES
            if not page.is_unchanged_poll and "plot" not in page.name
        }
        house.close()
    name = max(weights, key=lambda name: weights[name])
    yield at_most(f"styles and scripts of {name}, the heaviest", weights[name] / MOST_BYTES, 1, "x of 60 kB")


def _assets_of(house: House, page: Page) -> set[str]:
    return set(_ASSET.findall(house.read(page.ask_of(house))))


def _weight_of(house: House, address: str) -> int:
    content = htmx_script() if address == HTMX_URL else house.time(Ask(address))[1]
    return len(gzip.compress(content, HARDEST))

"""What people do on the Batches pages, step by step."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import steps
from tests.faults.lists import number

CLINIC = "name,mobile\nAda,{}\nSam,{}\nLandline,0161 496 0000\n"


class Numbers:
    """Numbers for lists: nobody else's test has the same people."""

    taken = 0

    @classmethod
    def take(cls, count: int) -> list[str]:
        first = 50_000 + cls.taken
        cls.taken += count
        return [number(position) for position in range(first, first + count)]


def upload(page: Page, content: str, name: str = "clinic.csv") -> None:
    page.goto("/batches/new")
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    page.get_by_label("Spreadsheet").set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Read the list").click()
    expect_list(page, name)


def paste(page: Page, numbers: list[str]) -> None:
    page.goto("/batches/new")
    page.get_by_label("Or paste the numbers").fill("\n".join(numbers))
    page.get_by_role("button", name="Read the list").click()
    expect_list(page, "Pasted list")


def expect_list(page: Page, name: str) -> None:
    expect(steps.heading(page, name)).to_be_visible()
    expect(page.get_by_role("heading", name="What is in the list")).to_be_visible()


def check(page: Page, text: str) -> None:
    """Write the text and press "Check and send"."""
    steps.content(page).fill(text)
    steps.check(page)


def send(page: Page, name: str) -> None:
    steps.send_button(page).click()
    expect(steps.heading(page, name)).to_be_visible()


def send_a_list(page: Page, content: str, text: str, name: str = "clinic.csv") -> None:
    """From a file to the page of its batch."""
    upload(page, content, name)
    check(page, text)
    send(page, name)


def state(page: Page) -> Locator:
    return page.locator("#batch_state .status-large")


def figure(page: Page, name: str) -> Locator:
    """One figure of a list or of a batch, by the words beside it."""
    term = page.get_by_role("term").filter(has_text=re.compile(rf"^{name}"))
    return page.locator("dl div", has=term).get_by_role("definition")

"""The endings of docs/sandbox.md, each from the confirmed text to what its page says at last."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.house import House
from tests.browser.rehearsal import TEXT, Rehearsal, number_ending_in

# Ending, the status at last, words on the page, and how many texts the provider accepted.
OUTCOMES = (
    ("90", "Not delivered", ("Number does not exist",), 1),
    ("91", "Expired", ("Handset switched off or out of coverage",), 1),
    ("92", "Rejected", ("sent nothing", "Not charged"), 1),
    ("93", "Delivered", ("Handset switched off or out of coverage",), 1),
    ("94", "Sent, waiting for report", ("Charged",), 1),
    ("95", "Delivered", (), 1),
    ("96", "Delivered", (), 1),
    ("97", "Not sent", ("There are not enough credits",), 0),
    ("98", "Delivered", ("No clear answer came", "Found at the provider"), 1),
    ("99", "Delivered", ("No clear answer came", "Not found at the provider"), 1),
)


@pytest.mark.parametrize(
    ("ending", "status", "words", "times_accepted"), OUTCOMES, ids=[each[0] for each in OUTCOMES]
)
def test_a_text_to_a_rehearsal_number_ends_as_documented(
    sam: Page,
    rehearsal: Rehearsal,
    house: House,
    ending: str,
    status: str,
    words: tuple[str, ...],
    times_accepted: int,
) -> None:
    sam.goto(rehearsal.messages[ending])
    steps.expect_status(sam, status)
    for each in words:
        expect(sam.get_by_role("main")).to_contain_text(each)
    accepted = [text for text in house.accepted(number_ending_in(ending)) if text.content == TEXT]
    assert len(accepted) == times_accepted


def test_the_page_of_a_text_to_several_people_follows_each_of_them(ada: Page, rehearsal: Rehearsal) -> None:
    ada.goto(rehearsal.url)
    rows = ada.get_by_role("table", name="What became of each text").get_by_role("row")
    for ending, status, _, _ in OUTCOMES:
        row = rows.filter(has_text=number_ending_in(ending)[-6:])
        expect(row).to_contain_text(status)

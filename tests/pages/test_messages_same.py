"""From a list of the record to the same question for the provider: filled in, and asked by a person."""

import pytest
from flask.testing import FlaskClient

from tests.pages.page import ReadPage
from webapp.sandbox import Sandbox
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundMessage

FIELDS = {"status", "destination", "sender", "keyword", "credits", "since", "until", "metadata"}
SAME = "Search the provider for the same…"


def handed_over(page: ReadPage) -> dict[str, str]:
    """What the form behind the button holds; nothing if there is no such button."""
    fields = page.soup.select("form:has(input[value=fill]) input")
    return {str(each["name"]): str(each["value"]) for each in fields if each["name"] in FIELDS}


@pytest.mark.parametrize(
    ("query", "typed", "criteria"),
    [
        ("", {}, {}),
        ("tag=slots", {}, {}),
        ("status=failed", {}, {}),
        ("status=refused", {}, {}),
        ("status=DELIVERED", {}, {"status": "Delivered"}),
        ("direction=in&keyword=FLU", {}, {"status": "Received", "keyword": "FLU"}),
        ("credits=0&sender=Booking", {}, {"credits": "0", "sender": "Booking"}),
        ("since=2026-11-01&until=2026-11-20", {}, {"since": "2026-11-01", "until": "2026-11-20"}),
        ("", {"q": "07400 123456"}, {"destination": "447400123456"}),
        ("direction=in", {"q": "07400 123456"}, {"status": "Received", "sender": "447400123456"}),
        ("", {"q": "3456"}, {}),
        ("", {"q": "words"}, {}),
        ("", {"metadata": "ward=north"}, {"metadata": "ward=north"}),
        ("", {"metadata": "ward"}, {}),
        ("credits=many", {}, {}),
    ],
)
def test_messages_hand_over_what_the_provider_can_be_asked_by(
    vic: FlaskClient, query: str, typed: dict[str, str], criteria: dict[str, str]
) -> None:
    url = f"/messages?{query}"
    page = ReadPage(vic.post(url, data=typed) if typed else vic.get(url))
    assert handed_over(page) == criteria
    assert (SAME in page.text) is bool(criteria)


def test_messages_same_is_filled_in_and_not_asked_before_somebody_says_so(
    vic: FlaskClient, provider: SmsWorks, sandbox: Sandbox
) -> None:
    text = OutboundMessage("Booking", "447400123456", "Your slot is at noon", metadata={"ward": "north"})
    provider.send_message(message=text)
    listed = ReadPage(vic.post("/messages?credits=1&sender=Booking", data={"metadata": "ward=north"}))
    filled = ReadPage(vic.post("/messages/provider", data={**handed_over(listed), "intent": "fill"}))
    assert filled.status == 200
    assert "nothing has been asked yet" in filled.text
    assert "search_messages" not in sandbox.calls()
    form = {name: filled.value(name) for name in ("sender", "credits", "metadata", "limit", "skip")}
    assert form == {
        "sender": "Booking",
        "credits": "1",
        "metadata": "ward=north",
        "limit": "100",
        "skip": "0",
    }
    assert "Your slot is at noon" in ReadPage(vic.post("/messages/provider", data=form)).text

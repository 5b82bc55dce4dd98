"""What the tests of the inbox do again and again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.page import ReadPage
from webapp.sandbox import REPLY_NUMBER, Sandbox
from webapp.services.sync_inbox import sync_inbox
from webapp.smsworks.client import SmsWorks
from webapp.store.conversations import Conversation, find_conversation

NUMBER = "447400123456"
Receive = Callable[..., Conversation]


@pytest.fixture
def receive(sandbox: Sandbox, provider: SmsWorks, db: Database) -> Receive:
    """Somebody texts us and the worker has fetched it; their conversation."""

    def text(
        content: str = "Can I come on Friday?",
        *,
        sender: str = NUMBER,
        to: str = REPLY_NUMBER,
        keyword: str = "",
    ) -> Conversation:
        sandbox.inject_inbound(sender=sender, content=content, destination=to, keyword=keyword)
        sync_inbox(db, provider, every=timedelta(), lease_seconds=30)
        return conversation_of(db, sender)

    return text


def conversation_of(db: Database, number: str = NUMBER) -> Conversation:
    found = find_conversation(db, number)
    assert found is not None
    return found


def address(conversation: Conversation) -> str:
    return f"/inbox/{conversation.id}"


def begin_reply(client: FlaskClient, conversation: Conversation, content: str = "Yes, at ten.") -> str:
    """Write a reply in the page as it stands; the address of the page that asks for a yes."""
    page = ReadPage(client.get(address(conversation)))
    response = client.post(f"{address(conversation)}/reply", data=reply_data(page, content))
    assert response.status_code == 302, response.text
    return response.location


def reply_data(page: ReadPage, content: str, **more: str) -> dict[str, str]:
    return {
        "newest": page.value("newest"),
        "sender": REPLY_NUMBER,
        "content": content,
        "intent": "check",
        **more,
    }


def confirm_data(page: ReadPage) -> dict[str, str]:
    """What the page posts that asks for a yes, with its boxes as they stand."""
    fields = page.soup.select("#confirm_form input[type=hidden], #confirm_form input[checked]")
    return {str(field["name"]): str(field["value"]) for field in fields}


def send_reply(client: FlaskClient, conversation: Conversation, content: str = "Yes, at ten.") -> str:
    """The address of the page that follows."""
    check = begin_reply(client, conversation, content)
    response = client.post(f"{check}/confirm", data=confirm_data(ReadPage(client.get(check))))
    assert response.status_code == 302, response.text
    return response.location

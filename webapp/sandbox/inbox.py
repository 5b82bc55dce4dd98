"""Inbound texts: how they arrive and what is still unread."""

from sqlite_utils import Database

from webapp.messaging.status import MessageStatus

from .ids import take_ids
from .messages import StoredMessage, insert_messages
from .switches import Switches
from .webhooks import Post, enqueue
from .wire import inbound_body

REPLY_NUMBER = "447400123400"


def reply_number_for(sender: str) -> str:
    """Where a reply to this sender arrives: at the number itself, or at the account's reply number."""
    return sender if sender.isdecimal() else REPLY_NUMBER


def receive(
    db: Database,
    switches: Switches,
    *,
    at: int,
    sender: str,
    destination: str,
    content: str,
    keyword: str = "",
) -> StoredMessage:
    """Stores, unread, a text that somebody sent to one of the account's numbers; posts it to the webhook."""
    message = StoredMessage(
        id=take_ids(db)[0],
        status=MessageStatus.INCOMING,
        sender=sender,
        destination=destination,
        content=content,
        keyword=keyword,
        created_at=at,
        modified_at=at,
        unread=1,
    )
    insert_messages(db, [message])
    if switches.inbound_url:
        enqueue(db, [Post(switches.inbound_url, inbound_body(message, switches), at)])
    return message

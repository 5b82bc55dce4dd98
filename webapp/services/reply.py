"""Replies: an ordinary draft to the texter, that goes only if nothing newer has come in since it was read."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.numbers import format_number
from webapp.messaging.senders import parse_sender
from webapp.services import send
from webapp.services.refusals import DraftChanged
from webapp.services.send import Confirmation
from webapp.services.yes import Yes
from webapp.store import conversations, drafts, presence, read_marks, unfinished_replies
from webapp.store.connection import transaction
from webapp.store.conversations import Conversation
from webapp.store.drafts import Delivery, Draft, DraftText


class NewerText(Exception):
    """They have texted again since the page was shown: nothing was sent."""

    message = "They have texted again since you opened the page"


def suggest_sender(conversation: Conversation, listed: Sequence[str]) -> str:
    """The number that they texted; if it is not on the list, one that they can answer; "" if none is."""
    if conversation.reply_number in listed:
        return conversation.reply_number
    answerable = [sender for sender in listed if parse_sender(sender).can_be_replied_to]
    return next(iter([*answerable, *listed]), "")


def start_reply(
    db: Database, conversation: Conversation, *, author_id: int, sender: str, content: str, now: datetime
) -> str:
    """The id of the reply's draft, which Compose can open like any other; one that was begun is changed."""
    text = _text(conversation, sender=sender, content=content)
    begun = unfinished_replies.get_reply(db, conversation.id, user_id=author_id)
    if begun and begun.draft_id and drafts.change_draft(db, begun.draft_id, text=text, now=now):
        return begun.draft_id
    draft_id = drafts.add_draft(db, author_id=author_id, text=text, now=now)
    unfinished_replies.set_draft(db, conversation.id, draft_id, user_id=author_id)
    return draft_id


def _text(conversation: Conversation, *, sender: str, content: str) -> DraftText:
    return DraftText(
        delivery=Delivery.NOW,
        typed={
            "recipients": format_number(conversation.number),
            "sender": sender,
            "content": content,
            "when": Delivery.NOW.value,
        },
        numbers=(conversation.number,),
        sender=sender,
        content=content,
        scheduled_at=None,
        options={},
    )


def confirm_reply(
    db: Database,
    conversation: Conversation,
    draft: Draft,
    yes: Yes,
    *,
    newest_row_id: int,
    shown_credits: Decimal | None,
    timezone: ZoneInfo,
    mark_read: bool,
    now: datetime,
) -> Confirmation:
    """Put a reply into the outbox, once, and mark what it answers as read if that is wanted.

    `newest_row_id`: the newest text of theirs that the page showed. Raises NewerText, and as `send.confirm`.
    """
    with transaction(db):
        if not draft.confirmed_at:
            refuse_if_newer(db, conversation, newest_row_id)
        confirmation = send.confirm(db, draft, yes, shown_credits=shown_credits, timezone=timezone)
        if confirmation.is_first:
            presence.end_replying(db, conversation.id, user_id=yes.user_id)
            unfinished_replies.forget_reply(db, conversation.id, user_id=yes.user_id)
            if mark_read:
                read_marks.mark_through(db, {conversation.id: newest_row_id}, user_id=yes.user_id, now=now)
        return confirmation


def refuse_if_newer(db: Database, conversation: Conversation, newest_row_id: int) -> None:
    """Raises NewerText if something came in after that text, DraftChanged if the conversation is gone."""
    known = conversations.get_conversation(db, conversation.id)
    if known is None:
        raise DraftChanged
    if known.newest_row_id > newest_row_id:
        raise NewerText

"""Building a conversation's page, the same for the whole page and for the part that is polled."""

from datetime import UTC, datetime

from flask import abort, request, url_for

from webapp.inbox.forms import ReplyForm
from webapp.inbox.lists import undoable_mark
from webapp.inbox.pages import Confirming, InboxShowPage
from webapp.inbox.preview import ReplyPreview, build_preview
from webapp.messaging.numbers import format_number
from webapp.messaging.senders import parse_sender
from webapp.messaging.texters import can_be_texted
from webapp.services.check import check_draft
from webapp.services.reply import suggest_sender
from webapp.services.thread import Thread, read_thread
from webapp.store import (
    conversations,
    drafts,
    known_names,
    optouts,
    presence,
    senders,
    unfinished_replies,
    users,
)
from webapp.store.connection import LARGEST_ROW_ID
from webapp.store.conversations import Conversation
from webapp.store.drafts import Draft
from webapp.store.read_marks import Mark
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.fragments import is_poll
from webapp.web.pagination import read_time, write_time
from webapp.web.second_yes import SecondYesForm


def open_conversation(conversation_id: str) -> Conversation:
    """404 if there is none."""
    is_id = conversation_id.isascii() and conversation_id.isdigit() and int(conversation_id) <= LARGEST_ROW_ID
    found = conversations.get_conversation(database(), int(conversation_id)) if is_id else None
    if found is None:
        abort(404)
    return found


def open_reply(conversation: Conversation, draft_id: str) -> Draft:
    """The draft of a reply, if it is the signed-in person's own and to this conversation; 404 otherwise."""
    draft = drafts.get_draft(database(), draft_id)
    is_own = draft is not None and draft.author_id == signed_in_user().id
    if draft is None or not is_own or draft.text.numbers != (conversation.number,):
        abort(404)
    return draft


def show_version(conversation: Conversation) -> str:
    """Everything that changes on the page by itself; it is read with the conversation's row."""
    until = conversation.replying_until
    return f"{conversation.version}.{int(until is not None and until > datetime.now(UTC))}"


def reply_form(conversation: Conversation) -> ReplyForm:
    """As posted, or else with what this person has begun to write here."""
    listed = senders.list_senders(database())
    begun = unfinished_replies.get_reply(database(), conversation.id, user_id=signed_in_user().id)
    suggested = suggest_sender(conversation, listed)
    sender = begun.sender if begun and begun.sender in listed else suggested
    form = ReplyForm(data={"content": begun.content if begun else "", "sender": sender})
    form.offer_senders(listed)
    return form


def build_show(
    conversation: Conversation,
    *,
    form: ReplyForm | None = None,
    confirming: Confirming | None = None,
    missed: bool = False,
    marked: Mark | None = None,
) -> InboxShowPage:
    """`missed`: something newer came in than the page that was sent from had shown.
    `marked`: what has just been marked here; else the address may say so.
    """
    before = read_time(request.args.get("before", ""))
    thread = read_thread(database(), conversation, before=before)
    form = form or reply_form(conversation)
    opt_out = optouts.get_opt_out(database(), conversation.number)
    can_act = signed_in_user().role.includes(Role.SENDER)
    here = url_for("inbox.show", conversation_id=conversation.id)
    return InboxShowPage(
        conversation=conversation,
        name=known_names.name_of(database(), conversation.number),
        renews_name=is_poll(),
        thread=thread,
        newest=conversation.newest_row_id,
        is_latest=before is None,
        replying=_others_replying(conversation),
        opt_out=opt_out,
        can_reply=can_act and opt_out is None and can_be_texted(conversation.number),
        can_act=can_act,
        reply_form=form,
        preview=_preview(conversation, form),
        sender_note=_sender_note(conversation, form),
        confirming=confirming,
        next_waiting=conversations.next_waiting(database(), other_than=conversation.id),
        undoable=marked or undoable_mark(),
        missed=missed,
        poll_url=None if before else _poll_url(conversation),
        authors=_authors(thread),
        earlier_url=_earlier_url(conversation, thread),
        later_url=here if before else None,
    )


def _preview(conversation: Conversation, form: ReplyForm) -> ReplyPreview:
    sender = form.sender.data or ""
    return build_preview(database(), number=conversation.number, sender=sender, typed=form.text())


def build_confirming(
    draft: Draft, *, changed: str | None = None, refused: SecondYesForm | None = None
) -> Confirming:
    return Confirming(
        draft=draft,
        check=check_draft(database(), provider(), draft, settings().timezone),
        sender=parse_sender(draft.text.sender),
        changed=changed,
        refused=refused,
    )


def _poll_url(conversation: Conversation) -> str:
    # Not the page's own address: an ended session is then said on the page, which may hold half a reply.
    return url_for("inbox.status", conversation_id=conversation.id, version=show_version(conversation))


def _others_replying(conversation: Conversation) -> tuple[str, ...]:
    names = presence.names_replying(
        database(), conversation.id, other_than=signed_in_user().id, now=datetime.now(UTC)
    )
    return tuple(names)


def _authors(thread: Thread) -> dict[int, str]:
    ids = {text.outcome.call.created_by for text in thread.texts if text.outcome}
    return users.names_of(database(), ids)


def _sender_note(conversation: Conversation, form: ReplyForm) -> str | None:
    """Why the reply does not come from the number that they texted."""
    if not conversation.reply_number or form.sender.data == conversation.reply_number:
        return None
    number = format_number(conversation.reply_number)
    if conversation.reply_number in senders.list_senders(database()):
        return f"They texted {number}; this would come from another sender."
    return f"They texted {number}, which is not on the list of senders. An administrator can add it."


def _earlier_url(conversation: Conversation, thread: Thread) -> str | None:
    if thread.earlier_than is None:
        return None
    before = write_time(thread.earlier_than)
    return url_for("inbox.show", conversation_id=conversation.id, before=before)

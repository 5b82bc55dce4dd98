"""Replying: written in the conversation, read once more with its price, then sent like any text."""

from datetime import UTC, datetime

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.inbox import blueprint
from webapp.inbox.builders import (
    build_confirming,
    build_show,
    open_conversation,
    open_reply,
    reply_form,
)
from webapp.inbox.forms import ConfirmReplyForm, ReplyForm
from webapp.messaging.content import check_content
from webapp.messaging.encoding import with_plain_characters
from webapp.services import send
from webapp.services.refusals import CannotBeSent, DraftChanged, InQuietHours, PriceChanged, SameTextToday
from webapp.services.reply import NewerText, confirm_reply, refuse_if_newer, start_reply
from webapp.services.send import Confirmation
from webapp.services.yes import Yes
from webapp.store import presence, unfinished_replies
from webapp.store.connection import transaction
from webapp.store.conversations import Conversation
from webapp.store.drafts import Draft
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.fragments import render
from webapp.web.second_yes import SecondYesForm


@blueprint.get("/<conversation_id>/reply")
@require(Role.SENDER)
def new(conversation_id: str) -> Response:
    return render(build_show(open_conversation(conversation_id)))


@blueprint.post("/<conversation_id>/reply")
@require(Role.SENDER)
def create(conversation_id: str) -> Response:
    conversation = open_conversation(conversation_id)
    form = reply_form(conversation)
    intent = request.form.get("intent", "")
    if intent == "plain":
        form.content.data = with_plain_characters(form.text())
    _keep(conversation, form)
    if intent in ("preview", "plain"):
        fragment = "reply_preview" if intent == "preview" else "reply_panel"
        return render(build_show(conversation, form=form), fragment=fragment)
    if not form.validate():
        return render(build_show(conversation, form=form), status=422)
    try:
        refuse_if_newer(database(), conversation, form.newest.data or 0)
    except NewerText:
        return render(build_show(conversation, form=form, missed=True), status=409)
    draft_id = start_reply(
        database(),
        conversation,
        author_id=signed_in_user().id,
        sender=form.sender.data,
        content=check_content(form.content.data),
        now=datetime.now(UTC),
    )
    audit.record("composed a reply", draft_id)
    if intent == "options":
        return redirect(url_for("compose.edit", draft_id=draft_id))
    return redirect(url_for("inbox.check", conversation_id=conversation.id, draft_id=draft_id))


@blueprint.get("/<conversation_id>/reply/<draft_id>")
@require(Role.SENDER)
def check(conversation_id: str, draft_id: str) -> Response:
    conversation = open_conversation(conversation_id)
    draft = open_reply(conversation, draft_id)
    if draft.confirmed_at:
        return _to_conversation(conversation)
    return render(build_show(conversation, confirming=build_confirming(draft)))


@blueprint.get("/<conversation_id>/reply/<draft_id>/confirm", endpoint="check_again")
@require(Role.SENDER)
def check_again(conversation_id: str, draft_id: str) -> Response:
    """Where the address of a refused confirmation leads when it is opened by itself."""
    return redirect(url_for("inbox.check", conversation_id=conversation_id, draft_id=draft_id))


@blueprint.post("/<conversation_id>/reply/<draft_id>/confirm")
@require(Role.SENDER)
def confirm(conversation_id: str, draft_id: str) -> Response:
    conversation = open_conversation(conversation_id)
    draft = open_reply(conversation, draft_id)
    form = ConfirmReplyForm()
    try:
        confirmation = _confirm(conversation, draft, form)
    except NewerText:
        page = build_show(conversation, confirming=build_confirming(draft), missed=True)
        return render(page, status=409)
    except CannotBeSent:
        return _refused(conversation, draft, status=422)
    except (SameTextToday, InQuietHours):
        return _refused(conversation, draft, status=422, refused=form)
    except (DraftChanged, PriceChanged) as change:
        return _refused(conversation, draft, status=409, changed=change.message)
    if confirmation.is_first:
        pace = send.Pace(settings().lease_seconds, settings().delivery_report_url)
        send.dispatch_now(database(), provider(), confirmation.call_ids, pace=pace)
        flash("Your reply is on its way: see below what becomes of it.", "good")
    return _to_conversation(conversation)


def _confirm(conversation: Conversation, draft: Draft, form: ConfirmReplyForm) -> Confirmation:
    """Nothing goes without an entry in the audit trail: both are stored, or neither."""
    with transaction(database()):
        confirmation = confirm_reply(
            database(),
            conversation,
            draft,
            Yes(signed_in_user().id, **form.said()),
            newest_row_id=form.newest.data or 0,
            shown_credits=form.credits.data,
            timezone=settings().timezone,
            mark_read=form.mark_read.data,
            now=datetime.now(UTC),
        )
        if confirmation.is_first:
            audit.record("confirmed a reply", draft.id, **form.audited())
        return confirmation


def _refused(
    conversation: Conversation,
    draft: Draft,
    *,
    status: int,
    changed: str | None = None,
    refused: SecondYesForm | None = None,
) -> Response:
    confirming = build_confirming(draft, changed=changed, refused=refused)
    return render(build_show(conversation, confirming=confirming), status=status)


def _keep(conversation: Conversation, form: ReplyForm) -> None:
    """What is typed so far, and that this person is typing."""
    user_id, now = signed_in_user().id, datetime.now(UTC)
    content = form.text()
    unfinished_replies.keep_reply(
        database(),
        conversation.id,
        user_id=user_id,
        sender=form.sender.data or "",
        content=content,
        now=now,
    )
    if content.strip():
        presence.note_replying(database(), conversation.id, user_id=user_id, now=now)
    else:
        presence.end_replying(database(), conversation.id, user_id=user_id)


def _to_conversation(conversation: Conversation) -> Response:
    return redirect(url_for("inbox.show", conversation_id=conversation.id, _anchor="latest"))

"""Marking as read and unread, with undo: in bulk from the list, or text by text in a conversation."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.inbox import blueprint
from webapp.inbox.builders import build_show, open_conversation
from webapp.store import conversations, inbox, read_marks, thread
from webapp.store.connection import LARGEST_ROW_ID
from webapp.store.conversations import Conversation
from webapp.store.read_marks import Mark
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.addresses import safe_next
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database
from webapp.web.fragments import is_htmx, render

MOST_AT_ONCE = 500
_PICK = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


@blueprint.post("/read")
@require(Role.SENDER)
def mark_conversations() -> Response:
    """Mark picked conversations, or all that the page shows, as far as the page has shown them."""
    action = request.form.get("action", "")
    names = "shown" if action == "all-read" else "pick"
    picked = _read_picks(request.form.getlist(names))
    if not picked:
        flash("Nothing was picked, so nothing was changed.", "attention")
        return redirect(safe_next(request.form.get("next")))
    user_id, now = signed_in_user().id, datetime.now(UTC)
    if action == "unread":
        mark = read_marks.mark_texts(database(), _last_texts(picked), is_read=False, user_id=user_id, now=now)
    else:
        mark = read_marks.mark_through(database(), picked, user_id=user_id, now=now)
    return _marked(mark, safe_next(request.form.get("next")))


@blueprint.post("/undo")
@require(Role.SENDER)
def undo() -> Response:
    mark = _undo()
    return _marked(mark, safe_next(request.form.get("next"))) if mark else redirect(url_for("inbox.index"))


@blueprint.post("/<conversation_id>/undo")
@require(Role.SENDER)
def undo_here(conversation_id: str) -> Response:
    conversation = open_conversation(conversation_id)
    return _marked_here(conversation, _undo())


@blueprint.post("/<conversation_id>/read")
@require(Role.SENDER)
def mark_texts(conversation_id: str) -> Response:
    """Mark one text, or everything that the page has shown."""
    conversation = open_conversation(conversation_id)
    user_id, now = signed_in_user().id, datetime.now(UTC)
    row_id = request.form.get("text", 0, type=int)
    through = request.form.get("through", 0, type=int)
    if 0 < row_id <= LARGEST_ROW_ID and _belongs(row_id, conversation.id):
        is_read = request.form.get("action") != "unread"
        mark = read_marks.mark_texts(database(), [row_id], is_read=is_read, user_id=user_id, now=now)
    elif 0 < through <= LARGEST_ROW_ID:
        mark = read_marks.mark_through(database(), {conversation.id: through}, user_id=user_id, now=now)
    else:
        abort(400)
    return _marked_here(conversation, mark)


@blueprint.post("/<conversation_id>/hint")
@require(Role.SENDER)
def dismiss_hint(conversation_id: str) -> Response:
    """Somebody has read the text and it does not mean what it sounds like."""
    conversation = open_conversation(conversation_id)
    row_id = request.form.get("text", 0, type=int)
    if not (0 < row_id <= LARGEST_ROW_ID and _belongs(row_id, conversation.id)):
        abort(400)
    inbox.set_hint(database(), row_id, None)
    audit.record("dismissed a hint at an opt-out", str(conversation.id))
    return _here(conversation)


def _undo() -> Mark | None:
    """The mark that undid another; None if nothing was left to undo."""
    mark_id = request.form.get("mark", 0, type=int)
    if not 0 < mark_id <= LARGEST_ROW_ID:
        abort(400)
    mark = read_marks.undo_mark(database(), mark_id, user_id=signed_in_user().id, now=datetime.now(UTC))
    if mark is None or not mark.texts:
        flash("There was nothing left to undo: somebody has marked these texts since.", "attention")
        return None
    return mark


def _marked_here(conversation: Conversation, mark: Mark | None) -> Response:
    """In a conversation htmx renews the texts alone: a half-written reply stays untouched."""
    if not is_htmx():
        here = url_for("inbox.show", conversation_id=conversation.id)
        return _marked(mark, here) if mark else redirect(here)
    if mark and mark.texts:
        _record(mark)
    return _here(conversation, mark if mark and mark.texts else None)


def _here(conversation: Conversation, mark: Mark | None = None) -> Response:
    if not is_htmx():
        return redirect(url_for("inbox.show", conversation_id=conversation.id))
    page = build_show(open_conversation(str(conversation.id)), marked=mark)
    return render(page, fragment="conversation_texts")


def _marked(mark: Mark, target: str) -> Response:
    """Back to where it was done, with the offer to undo it."""
    if mark.texts:
        _record(mark)
    else:
        flash("That was so already: nothing was changed.", "neutral")
    parts = urlsplit(target)
    arguments = [pair for pair in parse_qsl(parts.query) if pair[0] != "marked"]
    arguments += [("marked", str(mark.id))] if mark.texts else []
    return redirect(f"{parts.path}?{urlencode(arguments)}" if arguments else parts.path)


def _record(mark: Mark) -> None:
    audit.record("marked read" if mark.is_read else "marked unread", str(mark.id), texts=mark.texts)


def _read_picks(texts: list[str]) -> dict[int, int]:
    """Conversation and the newest text of it that was seen."""
    found = (_PICK.fullmatch(text) for text in texts[:MOST_AT_ONCE])
    return {int(pick[1]): int(pick[2]) for pick in found if pick}


def _last_texts(picked: dict[int, int]) -> list[int]:
    """The text of each conversation that stands in the list: one unread text brings it back to the top."""
    found = (conversations.get_conversation(database(), each) for each in picked)
    return [conversation.last_row_id for conversation in found if conversation]


def _belongs(row_id: int, conversation_id: int) -> bool:
    return thread.conversation_of_text(database(), row_id) == conversation_id

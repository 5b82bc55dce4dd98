"""Marking as read and unread, with undo: in bulk from the list, or text by text in a conversation."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.inbox import blueprint
from webapp.inbox.builders import open_conversation
from webapp.inbox.forms import LARGEST_ROW_ID
from webapp.store import conversations, inbox, read_marks, thread
from webapp.store.read_marks import Mark
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.addresses import safe_next
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database

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
    return _marked(mark)


@blueprint.post("/undo")
@require(Role.SENDER)
def undo() -> Response:
    mark_id = request.form.get("mark", 0, type=int)
    if not 0 < mark_id <= LARGEST_ROW_ID:
        abort(400)
    mark = read_marks.undo_mark(database(), mark_id, user_id=signed_in_user().id, now=datetime.now(UTC))
    if mark is None or not mark.texts:
        flash("There was nothing left to undo: somebody has marked these texts since.", "attention")
        return redirect(safe_next(request.form.get("next")))
    return _marked(mark)


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
    return _marked(mark)


@blueprint.post("/<conversation_id>/hint")
@require(Role.SENDER)
def dismiss_hint(conversation_id: str) -> Response:
    """Somebody has read the text and it does not mean what it sounds like."""
    conversation = open_conversation(conversation_id)
    row_id = request.form.get("text", 0, type=int)
    if not (0 < row_id <= LARGEST_ROW_ID and _belongs(row_id, conversation.id)):
        abort(400)
    inbox.set_hint(database(), row_id, None)
    return redirect(url_for("inbox.show", conversation_id=conversation.id))


def _marked(mark: Mark) -> Response:
    """Back to where it was done, with the offer to undo it."""
    if mark.texts:
        audit.record("marked read" if mark.is_read else "marked unread", str(mark.id), texts=mark.texts)
    else:
        flash("That was so already: nothing was changed.", "neutral")
    target = urlsplit(safe_next(request.form.get("next")))
    arguments = [pair for pair in parse_qsl(target.query) if pair[0] != "marked"]
    arguments += [("marked", str(mark.id))] if mark.texts else []
    return redirect(f"{target.path}?{urlencode(arguments)}" if arguments else target.path)


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

"""Opt-outs: the list, adding and removing with a reason, import and export, and the words that opt out."""

from datetime import UTC, datetime

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.inbox import blueprint
from webapp.inbox.builders import open_conversation
from webapp.inbox.forms import SearchForm
from webapp.inbox.forms_optouts import AddForm, RemoveForm, WordForm
from webapp.inbox.pages_optouts import InboxOptOutPage, InboxOptOutsPage
from webapp.messaging.number_lines import NumberLines, read_number_lines
from webapp.messaging.numbers import format_number
from webapp.messaging.words import plural
from webapp.services.exports.inbox import opt_outs_csv
from webapp.store import conversations, inbox, optouts, thread
from webapp.store.connection import LARGEST_ROW_ID, transaction
from webapp.store.optouts import OptOut, OptOutSource
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database, settings
from webapp.web.downloads import csv_download
from webapp.web.fragments import render

ROWS_A_PAGE = 50
MOST_REFUSALS_SHOWN = 5


@blueprint.get("/opt-outs")
def opt_outs() -> Response:
    return render(_build_list())


@blueprint.post("/opt-outs/search")
def search_opt_outs() -> Response:
    return render(_build_list(search_form=SearchForm()))


@blueprint.post("/opt-outs")
@require(Role.SENDER)
def add_opt_outs() -> Response:
    """One number or a whole list; what cannot be read is named and keeps nobody else off the list."""
    form = AddForm()
    uploaded = _uploaded_text()
    read = read_number_lines(uploaded or form.numbers.data or "", country=settings().country)
    if not read.numbers and not read.refused:
        form.numbers.errors = ["Enter a number, or choose a file that holds some."]
        return render(_build_list(add_form=form), status=422)
    if not form.validate():
        return render(_build_list(add_form=form), status=422)
    source = OptOutSource.IMPORT if uploaded or len(read.numbers) > 1 else OptOutSource.STAFF
    added = _add_all(read, source, form.reason.data or "")
    audit.record("added opt-outs", added=added)
    if not read.numbers:
        form.numbers.errors = [_refusals(read)]
        return render(_build_list(add_form=form), status=422)
    _say_what_was_added(read, added)
    return redirect(url_for("inbox.opt_outs"))


@blueprint.get("/opt-outs/<opt_out_id>")
def opt_out(opt_out_id: str) -> Response:
    return render(_build_one(_open(opt_out_id)))


@blueprint.post("/opt-outs/<opt_out_id>/remove")
@require(Role.SENDER)
def remove_opt_out(opt_out_id: str) -> Response:
    found = _open(opt_out_id)
    form = RemoveForm()
    if not form.validate():
        return render(_build_one(found, form), status=422)
    optouts.remove_opt_out(
        database(),
        found.number,
        who=signed_in_user().name,
        reason=form.reason.data,
        now=datetime.now(UTC),
    )
    audit.record("removed an opt-out", opt_out_id)
    flash(f"{format_number(found.number)} can be texted again.", "good")
    return redirect(url_for("inbox.opt_outs"))


@blueprint.post("/opt-outs/export")
def export_opt_outs() -> Response:
    audit.record("exported opt-outs")
    timezone = settings().timezone
    return csv_download(lambda db: opt_outs_csv(db, timezone=timezone), "opt-outs")


@blueprint.post("/opt-outs/words")
@require(Role.ADMIN)
def add_word() -> Response:
    form = WordForm()
    if not form.validate():
        return render(_build_list(word_form=form), status=422)
    word = form.word.data
    if optouts.add_opt_out_word(database(), word, added_by=signed_in_user().name, now=datetime.now(UTC)):
        audit.record("added an opt-out word", word=word)
    flash(f"Whoever texts {word} and nothing else is opted out from now on.", "good")
    return redirect(url_for("inbox.opt_outs"))


@blueprint.post("/opt-outs/words/remove")
@require(Role.ADMIN)
def remove_word() -> Response:
    word = request.form.get("word", "")
    if optouts.remove_opt_out_word(database(), word):
        audit.record("removed an opt-out word", word=word)
        flash(f"{word} no longer opts anybody out.", "good")
    return redirect(url_for("inbox.opt_outs"))


@blueprint.post("/<conversation_id>/opt-out")
@require(Role.SENDER)
def opt_out_texter(conversation_id: str) -> Response:
    """A person has read the text and it asks for no more texts."""
    conversation = open_conversation(conversation_id)
    row_id = request.form.get("text", 0, type=int)
    is_theirs = 0 < row_id <= LARGEST_ROW_ID and (
        thread.conversation_of_text(database(), row_id) == conversation.id
    )
    with transaction(database()):
        added = optouts.add_opt_out(
            database(),
            conversation.number,
            who=signed_in_user().name,
            source=OptOutSource.STAFF,
            reason="Asked for it in a text" if is_theirs else "",
            now=datetime.now(UTC),
        )
        if is_theirs:
            inbox.set_hint(database(), row_id, None)
    if added:
        audit.record("opted a texter out", str(conversation.id))
        flash("Nothing more will be sent to this number.", "good")
    return redirect(url_for("inbox.show", conversation_id=conversation.id))


def _open(opt_out_id: str) -> OptOut:
    is_id = opt_out_id.isascii() and opt_out_id.isdigit() and int(opt_out_id) <= LARGEST_ROW_ID
    found = optouts.find_opt_out(database(), int(opt_out_id)) if is_id else None
    if found is None:
        abort(404)
    return found


def _uploaded_text() -> str:
    """What a chosen file holds, in whatever of the usual encodings; "" without one."""
    uploaded = request.files.get("file")
    body = uploaded.read() if uploaded else b""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return body.decode("latin-1")


def _add_all(read: NumberLines, source: OptOutSource, reason: str) -> int:
    who, now = signed_in_user().name, datetime.now(UTC)
    with transaction(database()):
        return sum(
            optouts.add_opt_out(database(), number, who=who, source=source, reason=reason, now=now)
            for number in read.numbers
        )


def _say_what_was_added(read: NumberLines, added: int) -> None:
    known = len(read.numbers) - added
    words = f"{plural(added, 'number')} added."
    words += f" {plural(known, 'number')} stood on the list already." if known else ""
    words += f" {plural(read.repeated, 'line')} repeated another." if read.repeated else ""
    flash(words, "good" if added else "neutral")
    if read.refused:
        flash(_refusals(read), "attention")


def _refusals(read: NumberLines) -> str:
    shown = [f"Line {line}: {why}" for line, why in read.refused[:MOST_REFUSALS_SHOWN]]
    more = len(read.refused) - len(shown)
    lines = plural(len(read.refused), "line")
    return f"{lines} could not be read. {' '.join(shown)}{f' And {more:,} more.' if more else ''}"


def _build_list(
    *,
    add_form: AddForm | None = None,
    word_form: WordForm | None = None,
    search_form: SearchForm | None = None,
) -> InboxOptOutsPage:
    searched = search_form.digits() if search_form else None
    before = request.args.get("before", 0, type=int)
    before_id = before if 0 < before <= LARGEST_ROW_ID else None
    found = optouts.list_opt_outs(
        database(), limit=ROWS_A_PAGE + 1, before_id=before_id, containing=searched or ""
    )
    shown = found[:ROWS_A_PAGE]
    is_more = len(found) > ROWS_A_PAGE and searched is None
    role = signed_in_user().role
    return InboxOptOutsPage(
        opt_outs=tuple(shown),
        words=tuple(optouts.list_opt_out_words(database())),
        add_form=add_form or AddForm(formdata=None),
        word_form=word_form or WordForm(formdata=None),
        search_form=search_form or SearchForm(formdata=None),
        searched=searched,
        newer_url=url_for("inbox.opt_outs") if before_id else None,
        older_url=url_for("inbox.opt_outs", before=shown[-1].id) if is_more else None,
        can_act=role.includes(Role.SENDER),
        is_admin=role is Role.ADMIN,
    )


def _build_one(found: OptOut, form: RemoveForm | None = None) -> InboxOptOutPage:
    return InboxOptOutPage(
        opt_out=found,
        events=tuple(optouts.list_opt_out_events(database(), found.number)),
        conversation=conversations.find_conversation(database(), found.number),
        remove_form=form or RemoveForm(formdata=None),
        can_act=signed_in_user().role.includes(Role.SENDER),
    )

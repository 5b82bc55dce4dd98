from datetime import UTC, datetime

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.compose import blueprint
from webapp.compose.builders import (
    build_check,
    build_new,
    build_show,
    form_for,
    open_draft,
    open_shown,
    open_unsent,
)
from webapp.compose.forms import ConfirmForm
from webapp.compose.intents import apply_intent
from webapp.compose.replacing import replaced_by
from webapp.services import rules, send
from webapp.services.carry_changes import carry_on_now
from webapp.services.refusals import InQuietHours
from webapp.services.send import (
    CannotBeSent,
    Confirmation,
    DraftChanged,
    Pace,
    PriceChanged,
    SameTextToday,
)
from webapp.services.waiting import WAITS, let_draft_wait
from webapp.services.yes import Yes
from webapp.store import calls, drafts
from webapp.store.calls import Purpose
from webapp.store.connection import transaction
from webapp.store.drafts import Draft
from webapp.web import audit
from webapp.web.auth import signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.fragments import render


@blueprint.get("/new")
def new() -> Response:
    return render(build_new(form_for()))


@blueprint.post("/new")
def create() -> Response:
    form = form_for()
    if fragment := apply_intent(form):
        return render(build_new(form), fragment=fragment)
    if not form.validate():
        return render(build_new(form), status=422)
    author_id = signed_in_user().id
    draft_id = drafts.add_draft(database(), author_id=author_id, text=form.to_draft(), now=datetime.now(UTC))
    audit.record("composed a text", draft_id)
    return redirect(url_for("compose.check", draft_id=draft_id))


@blueprint.get("/<draft_id>/edit")
def edit(draft_id: str) -> Response:
    draft = open_unsent(draft_id)
    return render(build_new(form_for(draft), draft))


@blueprint.post("/<draft_id>/edit")
def update(draft_id: str) -> Response:
    draft = open_draft(draft_id)
    if draft.confirmed_at and replaced_by(draft):
        # A second text beside the one that was changed is not what anybody means.
        flash("This change has been made already. Here is what became of it.", "attention")
        return redirect(url_for("compose.show", draft_id=draft_id))
    if draft.confirmed_at:
        flash("The text you opened has been sent already; this is a new one.", "attention")
        return create()
    form = form_for(draft)
    if fragment := apply_intent(form):
        return render(build_new(form, draft), fragment=fragment)
    if not form.validate():
        return render(build_new(form, draft), status=422)
    drafts.change_draft(database(), draft_id, text=form.to_draft(), now=datetime.now(UTC))
    audit.record("changed a text", draft_id)
    return redirect(url_for("compose.check", draft_id=draft_id))


@blueprint.post("/<draft_id>/discard")
def discard(draft_id: str) -> Response:
    draft = open_unsent(draft_id)
    replaced = replaced_by(draft)
    drafts.discard_draft(database(), draft.id, now=datetime.now(UTC))
    audit.record("discarded a text", draft.id)
    if replaced:
        flash("Nothing was changed: it is scheduled as it was.", "neutral")
        return redirect(url_for("scheduled.show", reference=replaced.reference))
    flash("The text was discarded. Nothing was sent.", "neutral")
    return redirect(url_for("compose.new"))


@blueprint.get("/<draft_id>/check")
def check(draft_id: str) -> Response:
    draft = open_draft(draft_id)
    if draft.confirmed_at:
        return redirect(url_for("compose.show", draft_id=draft_id))
    return render(build_check(draft))


@blueprint.get("/<draft_id>/confirm", endpoint="check_again")
@blueprint.get("/<draft_id>/copy", endpoint="check_again")
@blueprint.get("/<draft_id>/wait", endpoint="check_again")
def check_again(draft_id: str) -> Response:
    """Where the address of a refused confirmation leads when it is opened by itself."""
    return redirect(url_for("compose.check", draft_id=draft_id))


@blueprint.post("/<draft_id>/copy")
def copy(draft_id: str) -> Response:
    draft = open_unsent(draft_id)
    user = signed_in_user()
    if user.mobile is None:
        flash("Add your own mobile number first: copies go to it.", "attention")
        return redirect(url_for("account.you"))
    try:
        call_id = send.send_copy(
            database(), draft, mobile=user.mobile, user_id=user.id, timezone=settings().timezone
        )
    except CannotBeSent as refusal:
        if send.obstacle(database(), draft, settings().timezone) is None:
            flash(refusal.message, "attention")
        return render(build_check(draft), status=422)
    audit.record("sent themselves a copy", draft.id)
    send.dispatch_now(database(), provider(), [call_id], pace=_pace())
    return redirect(url_for("compose.check", draft_id=draft_id))


@blueprint.post("/<draft_id>/confirm")
def confirm(draft_id: str) -> Response:
    draft = open_draft(draft_id)
    form = ConfirmForm()
    try:
        confirmation = _confirm(draft, form)
    except CannotBeSent:
        return render(build_check(draft), status=422)
    except (SameTextToday, InQuietHours):
        return render(build_check(draft, refused=form), status=422)
    except (DraftChanged, PriceChanged) as change:
        return render(build_check(draft, changed=change.message), status=409)
    if confirmation.is_first:
        send.dispatch_now(database(), provider(), confirmation.call_ids, pace=_pace())
        carry_on_now(database(), provider(), draft.id)
    return redirect(url_for("compose.show", draft_id=draft_id))


@blueprint.post("/<draft_id>/wait")
def wait(draft_id: str) -> Response:
    """Let a text wait until the quiet hours end; it is checked again as it is then."""
    draft = open_unsent(draft_id)
    zone = settings().timezone
    quiet = rules.quiet_when(database(), draft.text.scheduled_at, zone)
    if quiet is None:
        flash("The quiet hours are over: it can go as it is.", "neutral")
    elif let_draft_wait(database(), draft, until=quiet.ends_at, timezone=zone, now=datetime.now(UTC)):
        audit.record("changed a text", draft_id, waits_for="end of quiet hours")
        flash(WAITS, "neutral")
    return redirect(url_for("compose.check", draft_id=draft_id))


def _confirm(draft: Draft, form: ConfirmForm) -> Confirmation:
    """Nothing goes without an entry in the audit trail: both are stored, or neither."""
    with transaction(database()):
        confirmation = send.confirm(
            database(),
            draft,
            Yes(signed_in_user().id, **form.said()),
            shown_credits=form.credits.data,
            timezone=settings().timezone,
        )
        if confirmation.is_first:
            recipients = len(confirmation.call_ids)
            audit.record("confirmed a text", draft.id, recipients=recipients, **form.audited())
            if replaced := replaced_by(draft):
                audit.record("changed a scheduled text", replaced.reference, draft=draft.id)
        return confirmation


@blueprint.get("/<draft_id>")
def show(draft_id: str) -> Response:
    draft = open_shown(draft_id)
    if not draft.confirmed_at:
        return redirect(url_for("compose.check", draft_id=draft_id))
    sent = calls.list_for_draft(database(), draft_id, purpose=Purpose.SEND)
    if len(sent) == 1:
        return redirect(url_for("messages.show", reference=sent[0].ref))
    return render(build_show(draft), fragment="compose_outcomes")


def _pace() -> Pace:
    return Pace(settings().lease_seconds, settings().delivery_report_url)

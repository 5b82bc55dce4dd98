"""Building the Compose pages, the same for a whole page and for a fragment of it."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

from flask import abort, flash, redirect, url_for

from webapp.compose.forms import ComposeForm
from webapp.compose.pages import ComposeCheckPage, ComposeNewPage, ComposeShowPage
from webapp.compose.preview import build_preview
from webapp.compose.replacing import replaced_by
from webapp.messaging.counted import count_text
from webapp.messaging.schedule import quick_picks
from webapp.messaging.segments import segment_content
from webapp.messaging.senders import parse_sender
from webapp.messaging.words import plural
from webapp.services.check import check_draft
from webapp.services.outcomes import outcomes_of
from webapp.services.prices import last_known_price
from webapp.store import calls, drafts, senders
from webapp.store.calls import Purpose
from webapp.store.drafts import Draft
from webapp.web.auth import signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.fragments import version_of
from webapp.web.second_yes import SecondYesForm


def open_draft(draft_id: str) -> Draft:
    """The draft, if it is the signed-in person's own; 404 otherwise."""
    draft = drafts.get_draft(database(), draft_id)
    if draft is None or draft.author_id != signed_in_user().id:
        abort(404)
    return draft


def open_shown(draft_id: str) -> Draft:
    """Once confirmed, everybody may read what became of it, as under Messages; before, it is its author's."""
    draft = drafts.get_draft(database(), draft_id)
    return draft if draft is not None and draft.confirmed_at else open_draft(draft_id)


def open_unsent(draft_id: str) -> Draft:
    """The draft, as long as it is not confirmed; otherwise leads to what became of it."""
    draft = open_draft(draft_id)
    if draft.confirmed_at:
        flash("This text has been sent already. Here is what became of it.", "attention")
        abort(redirect(url_for("compose.show", draft_id=draft_id)))
    return draft


def form_for(draft: Draft | None = None) -> ComposeForm:
    """The form as posted, or else as it was typed when the draft was stored."""
    form = ComposeForm(data=dict(draft.text.typed) if draft else None)
    form.offer_senders(senders.list_senders(database()))
    if replaced_by(draft):
        form.only_replaces()
    return form


def build_new(form: ComposeForm, draft: Draft | None = None) -> ComposeNewPage:
    own_address = url_for("compose.update", draft_id=draft.id) if draft else url_for("compose.create")
    unfinished = None if draft else drafts.last_unfinished(database(), author_id=signed_in_user().id)
    return ComposeNewPage(
        form=form,
        preview=build_preview(database(), form),
        action=own_address,
        quick_picks=quick_picks(datetime.now(UTC), settings().timezone),
        unfinished=unfinished,
        replaced=replaced_by(draft),
        discard_url=url_for("compose.discard", draft_id=draft.id) if draft else None,
    )


def build_check(
    draft: Draft, *, changed: str | None = None, refused: SecondYesForm | None = None
) -> ComposeCheckPage:
    copies = calls.list_for_draft(database(), draft.id, purpose=Purpose.COPY)
    return ComposeCheckPage(
        draft=draft,
        check=check_draft(database(), provider(), draft, settings().timezone),
        counted=count_text(draft.text.content),
        sender=parse_sender(draft.text.sender),
        copy_credits=_copy_credits(draft),
        copies=tuple(outcomes_of(database(), copies)),
        option_facts=option_facts(draft),
        changed=changed,
        refused=refused,
        replaced=replaced_by(draft),
    )


def option_facts(draft: Draft) -> list[tuple[str, str]]:
    """The chosen options in words, for the check page."""
    options = draft.text.options
    pairs = options.get("metadata", {})
    facts = [
        ("Tag", options.get("tag")),
        ("Try for", _minutes(options.get("validity_minutes"))),
        ("Report kept", _minutes(options.get("ttl_minutes"))),
        ("E-mail replies to", ", ".join(options.get("response_emails", ()))),
        ("Metadata", ", ".join(f"{key}: {value}" for key, value in pairs.items())),
        ("AI Optimiser", "" if options.get("ai") is None else "On" if options["ai"] else "Off"),
    ]
    return [(term, value) for term, value in facts if value]


def _copy_credits(draft: Draft) -> Decimal | None:
    """What a copy to one's own number costs; None without a number."""
    mobile = signed_in_user().mobile
    if mobile is None:
        return None
    return segment_content(draft.text.content).segments * last_known_price(database(), mobile)


def _minutes(count: int | None) -> str:
    return plural(count, "minute") if count else ""


def build_show(draft: Draft) -> ComposeShowPage:
    confirmed = calls.list_for_draft(database(), draft.id, purpose=Purpose.SEND)
    outcomes = tuple(outcomes_of(database(), confirmed))
    return ComposeShowPage(
        draft=draft,
        outcomes=outcomes,
        counts=Counter(outcome.meaning.word for outcome in outcomes),
        live=not all(outcome.is_final for outcome in outcomes),
        version=version_of(*(outcome.version for outcome in outcomes)),
    )

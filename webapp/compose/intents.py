"""The buttons of the Compose form that change what is typed instead of going on to the check."""

from datetime import UTC, datetime

from flask import request

from webapp.compose.forms import MOST_METADATA_PAIRS, ComposeForm
from webapp.messaging.encoding import with_plain_characters
from webapp.messaging.schedule import quick_picks
from webapp.store.drafts import Delivery
from webapp.web.context import settings
from webapp.web.fragments import is_htmx

FORM = "compose_form"
# What is typed is only looked at, to renew one part of the page.
LOOKS = {"preview": "compose_preview", "recipients": "compose_recipients"}


def apply_intent(form: ComposeForm) -> str | None:
    """Do what the pressed button says to the form; the fragment to answer with, None for the check itself."""
    intent = request.form.get("intent", "")
    if intent in LOOKS:
        return LOOKS[intent]
    if intent == "plain":
        form.content.data = with_plain_characters(form.text())
        form.made_plain = True
        # htmx keeps the focus by itself, and may find somebody typing already.
        form.focus_on = None if is_htmx() else "plain"
    elif intent == "add-metadata" and len(form.metadata) < MOST_METADATA_PAIRS:
        form.metadata.append_entry()
        form.focus_on = "metadata"
    elif intent.startswith("pick-"):
        _pick_time(form, intent.removeprefix("pick-"))
    else:
        return None
    return FORM


def _pick_time(form: ComposeForm, position: str) -> None:
    picks = quick_picks(datetime.now(UTC), settings().timezone)
    if position.isdigit() and int(position) < len(picks):
        at = picks[int(position)].at
        form.when.data = Delivery.LATER.value
        form.date.data, form.time.data = f"{at:%Y-%m-%d}", f"{at:%H:%M}"
        form.focus_on = "date"

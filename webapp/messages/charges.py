"""What a text has cost so far, in words."""

from webapp.services.follow_scheduled import CANCELLED, SCHEDULED
from webapp.services.outcomes import Outcome
from webapp.store.calls import OutboxState
from webapp.web.filters import credits_text


def charged_words(outcome: Outcome) -> str:
    """What the provider charged, or why that is not known; "Charged" stands before it."""
    if outcome.credits is not None:
        return credits_text(outcome.credits)
    call = outcome.call
    if call.schedule_status == CANCELLED:
        return "Nothing"
    if call.schedule_status == SCHEDULED or call.state is OutboxState.QUEUED:
        return "Nothing yet"
    if call.state is OutboxState.ACCEPTED:
        return "As estimated, most likely: the provider has not said"
    return "Not known" if outcome.is_final else "Not known yet"

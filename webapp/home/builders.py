"""Building Home."""

from datetime import UTC, datetime, timedelta

from flask import url_for

from webapp.home.pages import HomeIndexPage
from webapp.home.setup import steps_left
from webapp.services.outcomes import outcomes_of
from webapp.services.scheduled import unlisted
from webapp.store import batches, calls, readings, twins, users
from webapp.store.batches import BatchState
from webapp.store.calls import Call
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.banners import worker_is_running
from webapp.web.context import database
from webapp.web.fragments import version_of

RECENT_ROWS = 8
UNKNOWN_ROWS = 20
GIVEN_UP_SHOWN_FOR = timedelta(hours=24)
MISSING_SHOWN_FOR = timedelta(days=14)


def build_index() -> HomeIndexPage:
    unknown = outcomes_of(database(), calls.list_unknown(database(), limit=UNKNOWN_ROWS))
    given_up = twins.list_given_up(database(), since=datetime.now(UTC) - GIVEN_UP_SHOWN_FOR)
    paused = tuple(batches.list_in_state(database(), BatchState.PAUSED))
    missing = calls.list_missing(database(), since=datetime.now(UTC) - MISSING_SHOWN_FOR)
    not_listed = len(unlisted(database()))
    recent = tuple(outcomes_of(database(), calls.list_recent(database(), limit=RECENT_ROWS)))
    needs_person = tuple(outcome for outcome in unknown if outcome.call.needs_person)
    provider_seen = readings.last_heartbeat(database(), readings.PROVIDER)
    setup = steps_left(signed_in_user(), has_sent=bool(recent))
    return HomeIndexPage(
        needs_person=needs_person,
        outcome_urls={outcome.call.id: _url_of(outcome.call) for outcome in needs_person},
        paused=paused,
        looking=calls.count_unknown(database()) - len(needs_person),
        given_up=tuple(outcomes_of(database(), given_up)),
        missing=tuple(outcomes_of(database(), missing)),
        unlisted=not_listed,
        recent=recent,
        authors=users.names_of(database(), {outcome.call.created_by for outcome in recent}),
        provider=provider_seen,
        worker_missing=not worker_is_running(),
        can_send=signed_in_user().role.includes(Role.SENDER),
        setup=setup,
        version=version_of(
            calls.count_unknown(database()),
            [call.id for call in (*given_up, *missing)],
            not_listed,
            [(batch.id, batch.updated_at) for batch in paused],
            provider_seen.detail if provider_seen else "",
            not worker_is_running(),
            setup,
            *((outcome.call.id, outcome.version) for outcome in recent),
        ),
    )


def _url_of(call: Call) -> str:
    """Where what became of a call is shown."""
    batch = (
        batches.get_batch(database(), call.batch_id) if call.batch_id and call.operation.is_batch else None
    )
    if batch is not None:
        return url_for("batches.show", ref=batch.ref)
    return url_for("messages.show", reference=call.ref)

from datetime import UTC, datetime
from functools import partial

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.failed import blueprint
from webapp.failed.builders import build_index, read_filter
from webapp.failed.plots import PLOTS, look_of
from webapp.failed.plots import plot as plot_of
from webapp.messaging.words import join_and, plural
from webapp.services.batches.jobs import do_own_job
from webapp.services.exports.failures import failures_csv
from webapp.services.failures import Choice, choose, fetch_failed
from webapp.services.resend_failed import batch_again, draft_again
from webapp.store import failures, last_looks, optouts
from webapp.store.connection import transaction
from webapp.store.failures import Failure
from webapp.store.optouts import OptOutSource
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.downloads import csv_download
from webapp.web.fragments import render
from webapp.web.plots import answer

PAGE = "failed"
NOBODY = "Nobody was chosen. Tick the boxes of those you mean first."


@blueprint.get("")
def index() -> Response:
    form = read_filter()
    last_looks.record_look(database(), signed_in_user().id, PAGE, now=datetime.now(UTC))
    return render(build_index(form), status=422 if form.errors else 200)


@blueprint.get("/plots/<name>.svg")
def plot(name: str) -> Response:
    """One of the page's plots as an image."""
    form = read_filter()
    if name not in PLOTS or form.errors:
        abort(404)
    return answer(plot_of(name, look_of(form)))


@blueprint.post("/fetch")
@require(Role.SENDER)
def fetch() -> Response:
    """Ask the provider for what failed; what goes wrong is shown by its error page."""
    form = read_filter()
    if form.errors:
        return render(build_index(form), status=422)
    fetched, is_all = fetch_failed(database(), provider(), form.wanted())
    words = f"The provider has {plural(fetched, 'failed text')} of this time, and all stand here now."
    if not is_all:
        words = f"{fetched:,} failed texts came, and there are more. Choose fewer days to get the others."
    flash(words, "good" if is_all else "attention")
    return _back()


@blueprint.post("/resend")
@require(Role.SENDER)
def resend() -> Response:
    """To the check page: nothing goes before somebody has read it."""
    chosen = _chosen()
    if not chosen:
        flash(NOBODY, "attention")
        return _back()
    numbers = {failure.destination for failure in chosen}
    choice = choose(database(), chosen, opted_out=frozenset(optouts.opted_out_among(database(), numbers)))
    _say_who_is_left_out(choice)
    author_id = signed_in_user().id
    if not choice.again:
        return _back()
    if len(choice.again) == 1:
        draft_id = draft_again(database(), choice.again[0], author_id=author_id)
        audit.record("composed a text", draft_id)
        return redirect(url_for("compose.check", draft_id=draft_id))
    batch = batch_again(database(), choice.again, author_id=author_id)
    audit.record("sends failed texts again", batch.ref, texts=len(choice.again))
    do_own_job(database(), provider(), batch, folder=settings().uploads, country=settings().country)
    return redirect(url_for("batches.check", ref=batch.ref))


@blueprint.post("/opt-out")
@require(Role.SENDER)
def opt_out() -> Response:
    """Nothing more is sent to those numbers."""
    chosen = [failure for failure in _chosen() if failure.people == 1 and not failure.erased_at]
    if not chosen:
        flash(NOBODY, "attention")
        return _back()
    who, now = signed_in_user().name, datetime.now(UTC)
    numbers = {failure.destination: failure for failure in chosen}
    with transaction(database()):
        added = sum(
            optouts.add_opt_out(
                database(),
                number,
                who=who,
                source=OptOutSource.STAFF,
                reason=f"A text failed: {failure.details or failure.status.lower()}"[:200],
                now=now,
            )
            for number, failure in numbers.items()
        )
    audit.record("added opt-outs", added=added)
    flash(f"Nothing more will be sent to {plural(len(numbers), 'number')}. See Opt-outs.", "good")
    return _back()


@blueprint.post("/export")
def export_csv() -> Response:
    form = read_filter()
    if form.errors:
        return render(build_index(form), status=422)
    audit.record("exported failed texts")
    read_lines = partial(failures_csv, wanted=form.wanted(), timezone=settings().timezone)
    return csv_download(read_lines, "phone-them")


def _chosen() -> list[Failure]:
    return failures.find_failures(database(), request.form.getlist("pick")[:1000])


def _back() -> Response:
    return redirect(url_for("failed.index", **read_filter().arguments()))


def _say_who_is_left_out(choice: Choice) -> None:
    reasons = [
        (choice.opted_out, "opted out"),
        (choice.went_since, "got the same text since, or are about to"),
        (choice.repeated, "stood there twice"),
        (choice.erased, "were erased"),
        (choice.of_batches, "are parts of a batch: send them again from its page"),
    ]
    left_out = [f"{count:,} {words}" for count, words in reasons if count]
    if left_out:
        tail = "" if choice.again else " Nobody is left."
        flash(f"Left out: {join_and(left_out)}.{tail}", "attention")

"""`flask --app wsgi erase ...`: what is too old, or all of one number."""

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext
from sqlite_utils import Database

from webapp.cli_setup import open_record, usable_settings
from webapp.messaging.numbers import NumberRefused, parse_number
from webapp.messaging.words import join_and, plural
from webapp.services.erasing import FEWEST_DAYS, Erased, all_of, erase, erase_requested, older_than
from webapp.store import audit, erasing, erasing_requests, optouts, overwriting

NOTHING_DONE = (
    "Nothing was erased. Add --yes to do it: it cannot be undone. Take a back-up first if in doubt."
)
KEPT = (
    "Counts, statuses, dates and credits stay. The provider keeps records of its own, and so do back-ups "
    "made earlier."
)


@click.command("erase", help="Erase texts and numbers: those that are too old, or all of one number.")
@click.option("--older-than", "days", type=click.IntRange(FEWEST_DAYS), metavar="DAYS")
@click.option("--number", metavar="NUMBER", help="As people write it: +44 7400 123456.")
@click.option("--yes", "is_meant", is_flag=True, help="Do it. Without this, only say how much there is.")
@with_appcontext
def run_erase(days: int | None, number: str | None, *, is_meant: bool) -> None:
    if (days is None) == (number is None):
        raise click.UsageError("Say either --older-than DAYS or --number NUMBER.")
    db = open_record()
    if days is not None:
        _erase_old(db, days, is_meant=is_meant)
    else:
        _erase_number(db, number or "", is_meant=is_meant)


def _erase_old(db: Database, days: int, *, is_meant: bool) -> None:
    extent = older_than(days)
    messages, calls = erasing.count(db, extent)
    click.echo(
        f"Older than {days} days: {plural(messages, 'message')} and {plural(calls, 'call')} of ours, "
        "with the drafts, lists and conversations that belong to them."
    )
    if not is_meant:
        click.echo(NOTHING_DONE)
        return
    done = erase(db, extent, folder=usable_settings().uploads)
    overwrite_all(db)
    audit.record_command(
        db, "erased what is too old", None, now=datetime.now(UTC), days=days, **done.counts()
    )
    click.echo(f"Erased: {_words(done)}. {KEPT}")


def _erase_number(db: Database, typed: str, *, is_meant: bool) -> None:
    settings = usable_settings()
    try:
        number = parse_number(typed, country=settings.country)
    except NumberRefused as refusal:
        raise click.ClickException(refusal.message) from refusal
    messages, calls = erasing.count(db, all_of(number))
    counted = f"{plural(messages, 'message')} and {plural(calls, 'call')} of ours"
    click.echo(f"Of that number: {counted} can be erased now, and what lists hold.")
    if optouts.is_opted_out(db, number):
        click.echo("It has opted out. It stays on that list: else it would be texted again.")
    if not is_meant:
        click.echo(NOTHING_DONE)
        return
    now = datetime.now(UTC)
    request_id = erasing_requests.add_request(db, number, asked_by=audit.COMMAND_LINE, now=now)
    audit.record_command(db, "asked to erase a number", f"erasing request {request_id}", now=now)
    request = erasing_requests.get_request(db, request_id)
    is_finished = erase_requested(db, request, folder=settings.uploads)
    overwrite_all(db)
    click.echo(f"Erased. {KEPT}" if is_finished else f"Erased what is settled. {KEPT} {LEFT}")


LEFT = (
    "Left are texts of the last three days, texts still to go, unknown outcomes, lists not sent yet or "
    "replies that nobody has read; the worker erases them as soon as they are settled."
)


def overwrite_all(db: Database) -> None:
    """Nothing of what was erased is to be found in the file any more."""
    overwriting.overwrite(db)
    overwriting.write_anew(db)
    if not overwriting.empty_log(db):
        click.echo("Somebody is reading the record; the log beside it is emptied when they are done.")


def _words(done: Erased) -> str:
    counted = [
        plural(done.messages, "message"),
        plural(done.calls, "call"),
        plural(done.drafts, "draft"),
        plural(done.batches, "list"),
        plural(done.conversations, "conversation"),
    ]
    return join_and(counted)

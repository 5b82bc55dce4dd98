"""`flask --app wsgi audit ...`: whether the audit trail is whole."""

import click
from flask.cli import AppGroup

from webapp.cli_setup import open_record
from webapp.messaging.words import plural
from webapp.store.audit_chain import Head, verify

audit_group = AppGroup("audit", help="Look after the audit trail.")


@audit_group.command("verify", help="Say whether the audit trail is whole, or which entry does not fit.")
@click.option("--expect", "expected", metavar="HASH", help="A hash noted earlier, to be found in the trail.")
def verify_audit(expected: str | None) -> None:
    verdict = verify(open_record(), expected=expected.strip().lower() if expected else None)
    if verdict.problem:
        fits = f"The {plural(verdict.head.entries, 'entry', 'entries')} before it fit."
        raise click.ClickException(f"The audit trail was tampered with: {verdict.problem}. {fits}")
    click.echo(_words(verdict.head))
    if verdict.has_expected is None:
        click.echo("Entries cut off at the end show only with --expect and a hash noted earlier.")
    elif not verdict.has_expected:
        raise click.ClickException(
            "No entry has the hash that was expected: entries were cut off at the end, or all written anew."
        )


def _words(head: Head) -> str:
    if head.at is None:
        return "0 entries."
    entries = plural(head.entries, "entry", "entries")
    return f"{entries}, chain intact, last {head.hash}, last at {head.at:%Y-%m-%d %H:%M:%S} UTC."

"""The steps of the first releases; `migrations` goes on from them."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from webapp.store import (
    account_tables,
    audit_tables,
    change_tables,
    erasing_tables,
    first_tables,
    inbox_tables,
    record_tables,
    restore_tables,
    scheduled_tables,
    staff_tables,
)
from webapp.store.batch_tables import BATCH_TABLES
from webapp.store.scripts import run as _run
from webapp.store.scripts import run_each as _run_each

migrations = Migrations("textdesk")


@migrations()
def m001_staff(db: Database) -> None:
    _run(db, first_tables.STAFF)


@migrations()
def m002_senders_and_readings(db: Database) -> None:
    _run(db, first_tables.SENDERS_AND_READINGS)


@migrations()
def m003_drafts_and_batches(db: Database) -> None:
    _run(db, first_tables.DRAFTS)
    _run(db, BATCH_TABLES)


@migrations()
def m004_outbox(db: Database) -> None:
    _run(db, first_tables.OUTBOX)


@migrations()
def m005_messages(db: Database) -> None:
    _run(db, first_tables.MESSAGES)


@migrations()
def m010_opt_outs(db: Database) -> None:
    _run(db, inbox_tables.OPT_OUTS)


@migrations()
def m011_inbox(db: Database) -> None:
    _run(db, inbox_tables.CONVERSATIONS)
    # Statements of their own: a trigger holds semicolons.
    _run_each(db, (*inbox_tables.SEARCH, *inbox_tables.CHANGES))


@migrations()
def m020_scheduled(db: Database) -> None:
    _run(db, scheduled_tables.SCHEDULED)
    _run_each(db, scheduled_tables.CHANGES)


@migrations()
def m021_finding_messages(db: Database) -> None:
    _run(db, record_tables.INDEXES)
    _run_each(db, record_tables.SEARCH)


@migrations()
def m030_organisation(db: Database) -> None:
    _run(db, account_tables.ORGANISATION)


@migrations()
def m031_audit_chain(db: Database) -> None:
    audit_tables.chain_audit(db)


@migrations()
def m031_restores(db: Database) -> None:
    _run(db, restore_tables.RESTORES)


@migrations()
def m034_provider_tokens(db: Database) -> None:
    _run(db, account_tables.PROVIDER_TOKENS)


@migrations()
def m034_sender_order(db: Database) -> None:
    _run(db, account_tables.SENDER_ORDER)


@migrations()
def m035_changes(db: Database) -> None:
    _run(db, change_tables.CHANGES)
    _run_each(db, change_tables.TIMELINE)


@migrations()
def m036_counting_failures(db: Database) -> None:
    _run(db, record_tables.FAILURES_BY_PERMANENCE)


@migrations()
def m032_staff(db: Database) -> None:
    for part in (
        staff_tables.SIGN_INS,
        staff_tables.SESSIONS,
        staff_tables.LINKS,
        staff_tables.TWO_FACTOR,
    ):
        _run(db, part)


@migrations()
def m036_erasing(db: Database) -> None:
    _run(db, erasing_tables.ERASING)
    _run_each(db, erasing_tables.CHANGES)


@migrations()
def m037_filters_together(db: Database) -> None:
    _run(db, record_tables.FILTERS_TOGETHER)


@migrations()
def m036_overwriting(db: Database) -> None:
    _run(db, erasing_tables.STATE)

"""The tables, as steps that are applied once each, in order."""

from sqlite_utils import Database

from webapp.store import (
    account_tables,
    approval_tables,
    call_tables,
    daily_tables,
    failure_tables,
    filter_tables,
    first_migrations,
    inbox_tables,
    monthly_tables,
    name_tables,
    record_state_tables,
    record_tables,
    spend_tables,
)
from webapp.store.batch_tables import KEEP_ROW_COUNTS, ROW_COUNTS
from webapp.store.expected import expect_charges
from webapp.store.local_days import USUAL_ZONE, keep_days_of
from webapp.store.message_metadata import keep_what_came_before
from webapp.store.scripts import run as _run
from webapp.store.scripts import run_each as _run_each

migrations = first_migrations.migrations


@migrations()
def m038_daily_texts(db: Database) -> None:
    _run(db, daily_tables.TABLES)
    expect_charges(db)
    _run_each(db, daily_tables.TRIGGERS)
    keep_days_of(db, USUAL_ZONE)


@migrations()
def m038_readings_by_time(db: Database) -> None:
    _run(db, account_tables.READINGS_BY_TIME)


@migrations()
def m038_charged_otherwise(db: Database) -> None:
    _run(db, daily_tables.CHARGED_OTHERWISE)


@migrations()
def m038_hints(db: Database) -> None:
    _run(db, inbox_tables.HINTS)


@migrations()
def m033_credits_of_person(db: Database) -> None:
    _run(db, record_tables.CREDITS_OF_PERSON)


@migrations()
def m038_monthly_texts(db: Database) -> None:
    _run(db, monthly_tables.TABLE)
    db.conn.execute(monthly_tables.SUM_ALL)
    _run_each(db, monthly_tables.TRIGGERS)


@migrations()
def m037_failure_counts(db: Database) -> None:
    _run(db, failure_tables.FAILURE_COUNTS)
    _run_each(db, (*failure_tables.COUNT_WHAT_FAILED, *failure_tables.KEEP_FAILURE_COUNTS))


@migrations()
def m037_batch_row_counts(db: Database) -> None:
    _run(db, ROW_COUNTS)
    _run_each(db, KEEP_ROW_COUNTS)


@migrations()
def m039_inbox_filters(db: Database) -> None:
    _run(db, inbox_tables.FILTERS)


@migrations()
def m039_approvals(db: Database) -> None:
    _run(db, approval_tables.APPROVALS)


@migrations()
def m039_spend_sums(db: Database) -> None:
    _run(db, spend_tables.TABLE)
    _run_each(db, (*spend_tables.SUM_SPEND, spend_tables.SUM_STATUSES, *spend_tables.TRIGGERS))


@migrations()
def m039_found_soon(db: Database) -> None:
    _run(db, record_tables.FOUND_SOON)
    _run_each(db, record_tables.DAYS_OF_MESSAGES)


@migrations()
def m039_failures_of_batch(db: Database) -> None:
    _run(db, failure_tables.FAILURES_OF_BATCH)
    _run_each(db, failure_tables.KEEP_FAILURES_OF_BATCH)


@migrations()
def m040_record_state(db: Database) -> None:
    _run(db, record_state_tables.RECORD_STATE)
    _run_each(db, record_state_tables.CHANGES)


@migrations()
def m041_state_of_batches(db: Database) -> None:
    _run_each(db, record_state_tables.CHANGES_OF_BATCHES)


@migrations()
def m039_calls_without_message(db: Database) -> None:
    _run(db, record_tables.CALLS_WITHOUT_MESSAGE)


@migrations()
def m042_messages_of_batch(db: Database) -> None:
    _run(db, filter_tables.MESSAGES_OF_BATCH)
    _run_each(db, filter_tables.KEEP_BATCH_OF_MESSAGE)
    _run(db, filter_tables.FAILED_OF_BATCH)


@migrations()
def m043_cost_of_messages(db: Database) -> None:
    _run(db, filter_tables.COST_OF_MESSAGE)


@migrations()
def m044_state_of_costs(db: Database) -> None:
    db.conn.execute(record_state_tables.CHANGES_OF_COSTS)


@migrations()
def m045_metadata_of_messages(db: Database) -> None:
    _run(db, filter_tables.METADATA_OF_MESSAGE)
    keep_what_came_before(db)


@migrations()
def m046_batch_given(db: Database) -> None:
    db.conn.execute("DROP TRIGGER message_of_batch")
    db.conn.execute(filter_tables.FIND_BATCH_OF_MESSAGE)


@migrations()
def m047_known_names(db: Database) -> None:
    _run(db, name_tables.KNOWN_NAMES)
    _run_each(db, (name_tables.WANT_NAMES, *name_tables.CHANGES))


@migrations()
def m048_names_of_conversations(db: Database) -> None:
    _run_each(db, (*name_tables.CHANGES_OF_CONVERSATIONS, *name_tables.SEARCH))


@migrations()
def m049_filters_of_metadata(db: Database) -> None:
    _run(db, filter_tables.FILTERS_OF_METADATA)
    _run_each(db, filter_tables.KEEP_FILTERS_OF_METADATA)


@migrations()
def m050_latest_of_conversations(db: Database) -> None:
    _run(db, inbox_tables.LATEST_OF_CONVERSATIONS)


@migrations()
def m051_failed_with_metadata(db: Database) -> None:
    db.conn.execute(filter_tables.FAILED_WITH_METADATA)


@migrations()
def m052_numbers_of_failed(db: Database) -> None:
    _run_each(db, record_tables.NUMBERS_OF_FAILED)


@migrations()
def m053_words_of_calls(db: Database) -> None:
    _run_each(db, call_tables.WORDS_OF_CALLS)


@migrations()
def m054_failed_with_key(db: Database) -> None:
    db.conn.execute(filter_tables.FAILED_WITH_KEY)

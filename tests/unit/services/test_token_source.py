import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from webapp.services.token_source import LOOK_AGAIN_AFTER_SECONDS, TokenSource
from webapp.smsworks.errors import BadCredentials, Unreachable
from webapp.store import provider_tokens
from webapp.store.provider_tokens import TokenOrigin
from webapp.store.sealed import Keyring

KEYRING = Keyring("k" * 48)
NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "textdesk.db"


@pytest.fixture
def db(new_record: Database) -> Database:
    return new_record


def source_at(path: Path, keyring: Keyring = KEYRING) -> TokenSource:
    return TokenSource(database=path, keyring=keyring, environment_token="from the settings")


def store(db: Database, token: str) -> None:
    sealed = KEYRING.seal(token)
    candidate = provider_tokens.add_candidate(
        db, sealed_token=sealed, origin=TokenOrigin.PASTED, entered_by="ada", now=NOW
    )
    provider_tokens.record_accepted(db, candidate.ref, customer_id="c")
    assert provider_tokens.adopt_candidate(db, candidate.ref, now=NOW)


def test_the_stored_token_counts_before_the_one_in_the_settings(db: Database, path: Path) -> None:
    assert source_at(path)() == "from the settings"
    store(db, "stored")
    assert source_at(path)() == "stored"


def test_a_candidate_does_not_count(db: Database, path: Path) -> None:
    provider_tokens.add_candidate(
        db, sealed_token=KEYRING.seal("new"), origin=TokenOrigin.PASTED, entered_by="ada", now=NOW
    )
    assert source_at(path)() == "from the settings"


def test_a_new_token_is_seen_at_once_by_whoever_was_refused(db: Database, path: Path) -> None:
    source = source_at(path)
    assert source() == "from the settings"
    store(db, "stored")
    assert source.newest() == "stored"
    assert source() == "stored"


def test_a_new_token_is_seen_before_long_by_a_program_that_runs_already(db: Database, path: Path) -> None:
    source = source_at(path)
    source()
    store(db, "stored")
    threading.Event().wait(LOOK_AGAIN_AFTER_SECONDS)
    assert source() == "stored"


def test_any_thread_may_ask(db: Database, path: Path) -> None:
    store(db, "stored")
    source = source_at(path)
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.extend([source(), source.newest()])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["stored"] * 16


def test_a_token_under_another_key_is_said_to_be_so(db: Database, path: Path) -> None:
    store(db, "stored")
    with pytest.raises(BadCredentials) as caught:
        source_at(path, Keyring("another key, of thirty-two letters"))()
    assert "cannot be read with this TEXTDESK_SECRET_KEY" in caught.value.user_message


def test_without_its_record_a_program_goes_on_with_the_token_it_has(db: Database, path: Path) -> None:
    store(db, "stored")
    source = source_at(path)
    source()
    path.rename(path.with_suffix(".away"))
    assert source.newest() == "stored"
    with pytest.raises(Unreachable):
        source_at(path)()

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from sqlite_utils import Database

from webapp.store.organisation import (
    Organisation,
    change_organisation,
    read_organisation,
    wants_two_factor,
)
from webapp.store.users import Role

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def db(new_record: Database) -> Database:
    return new_record


def test_a_new_organisation_has_no_rules(db: Database) -> None:
    assert read_organisation(db) == Organisation()


def test_every_rule_is_kept_as_it_was_given(db: Database) -> None:
    given = Organisation(
        low_credits=Decimal("12.5"),
        quiet_from=time(21, 30),
        quiet_until=time(8, 0),
        retention_days=400,
        approval_above=100,
        daily_credits=Decimal("250"),
        two_factor_from=Role.SENDER,
    )
    changes = {name: getattr(given, name) for name in Organisation.__slots__}
    assert change_organisation(db, changes, changed_by="ada", now=NOW) == given
    assert read_organisation(db) == given


def test_none_goes_back_to_the_default(db: Database) -> None:
    change_organisation(db, {"low_credits": Decimal(5), "approval_above": 10}, changed_by="ada", now=NOW)
    change_organisation(db, {"low_credits": None}, changed_by="ada", now=NOW)
    assert read_organisation(db) == Organisation(approval_above=10)


def test_a_rule_nobody_knows_is_refused(db: Database) -> None:
    with pytest.raises(ValueError, match="no colour"):
        change_organisation(db, {"colour": "red"}, changed_by="ada", now=NOW)


@pytest.mark.parametrize(
    ("least", "bound"),
    [
        (None, []),
        (Role.ADMIN, [Role.ADMIN]),
        (Role.SENDER, [Role.SENDER, Role.ADMIN]),
        (Role.VIEWER, list(Role)),
    ],
)
def test_two_factor_is_wanted_of_a_role_and_those_that_may_do_more(
    db: Database, least: Role | None, bound: list[Role]
) -> None:
    change_organisation(db, {"two_factor_from": least}, changed_by="ada", now=NOW)
    assert [role for role in Role if wants_two_factor(db, role)] == bound

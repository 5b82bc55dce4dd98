import pytest

from tests.conftest import CHEAP
from webapp.config import PasswordCost, read_settings
from webapp.web.passwords import hash_password, is_right_password, needs_rehash

PASSWORD = "correct horse battery"


def test_a_real_installation_hashes_at_full_cost() -> None:
    cost = read_settings({"TEXTDESK_SECRET_KEY": "k" * 48}).password_cost
    assert hash_password(PASSWORD, cost=cost).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize("cost", [CHEAP, PasswordCost()], ids=["cheap", "full"])
def test_only_the_right_password_is_right(cost: PasswordCost) -> None:
    kept = hash_password(PASSWORD, cost=cost)
    assert is_right_password(PASSWORD, kept, cost=cost)
    assert not is_right_password(PASSWORD.upper(), kept, cost=cost)
    assert not is_right_password(PASSWORD, "not a hash", cost=cost)
    assert not is_right_password("nobody has this password", None, cost=cost)


def test_a_hash_is_renewed_when_the_cost_changes() -> None:
    kept = hash_password(PASSWORD, cost=CHEAP)
    assert not needs_rehash(kept, cost=CHEAP)
    assert needs_rehash(kept, cost=PasswordCost())
    assert is_right_password(PASSWORD, kept, cost=PasswordCost())

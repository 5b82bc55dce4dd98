from datetime import UTC, datetime

import pytest

from webapp.web import totp

# RFC 6238, appendix B: the SHA-1 secret "12345678901234567890", the last six of the eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert totp.find_step(RFC_SECRET, code, now=datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "abcdef", "２８７０８２", "287082\x00", "💥" * 6])
def test_anything_else_is_no_code(typed: str) -> None:
    assert totp.find_step(RFC_SECRET, typed, now=datetime.fromtimestamp(59, UTC)) is None


def test_secrets_and_recovery_codes_are_long_and_never_the_same() -> None:
    assert len({totp.new_secret() for _ in range(50)}) == 50
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == totp.RECOVERY_CODES
    assert {len(totp.plain_recovery_code(code)) for code in codes} == {16}


def test_a_recovery_code_is_read_as_people_type_it() -> None:
    assert totp.plain_recovery_code(" ABCD efgh-2345.6789 ") == "abcdefgh23456789"


def test_a_name_with_special_characters_makes_an_address_and_an_image() -> None:
    address = totp.app_address(RFC_SECRET, name="Zoë & <b>: O'Neil/?")
    assert address.startswith("otpauth://totp/Textdesk:Zo%C3%AB")
    assert "<" not in address
    assert totp.qr_image(address).startswith("data:image/svg+xml")

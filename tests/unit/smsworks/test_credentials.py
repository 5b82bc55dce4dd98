import pytest

from webapp.smsworks.credentials import authorization_header
from webapp.smsworks.errors import BadCredentials

BARE = "eyJhbGciOiJIUzI1NiJ9.eyJrZXkiOiJhYmMifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "entered",
    [
        f"JWT {BARE}",
        BARE,
        f"Bearer {BARE}",
        f"bearer JWT {BARE}",
        f"JWT JWT {BARE}",
        f"jwt {BARE}",
        f"  JWT   {BARE}\r\n",
        f"JWT {BARE[:20]}\n  {BARE[20:]}",
        f"JWT\u00a0{BARE}",
    ],
)
def test_every_way_of_entering_the_token_gives_the_same_header(entered: str) -> None:
    assert authorization_header(entered) == f"JWT {BARE}"


@pytest.mark.parametrize("entered", ["", "   ", "JWT", "Bearer ", "JWT JWT"])
def test_no_token_is_said_so(entered: str) -> None:
    with pytest.raises(BadCredentials, match="NoToken") as caught:
        authorization_header(entered)
    assert "no token has been entered" in caught.value.user_message


@pytest.mark.parametrize("strange", ["é", "\u200b", "\ufeff", "\x00", "\x7f", "€", "\ud800"])
def test_a_character_that_cannot_stand_in_a_header_is_refused(strange: str) -> None:
    with pytest.raises(BadCredentials) as caught:
        authorization_header(BARE[:5] + strange + BARE[5:])
    assert "strange character" in caught.value.user_message
    assert BARE[:5] not in f"{caught.value} {caught.value.user_message}"

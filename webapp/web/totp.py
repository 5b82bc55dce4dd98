"""Codes from an app on somebody's phone (TOTP, RFC 6238), and the codes that stand in for a lost phone."""

import secrets
import string
from datetime import datetime
from hmac import compare_digest

import pyotp
import segno

ISSUER = "Textdesk"
# A phone's clock may be off by so many steps of thirty seconds either way.
DRIFT_STEPS = 1
RECOVERY_CODES = 10
# 32 letters and digits, none of which looks like another: 16 of them are 80 random bits.
_RECOVERY_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_RECOVERY_LENGTH = 16
_GROUP = 4


def new_secret() -> str:
    """160 random bits, in base 32 as apps take it."""
    return pyotp.random_base32()


def find_step(secret: str, code: str, *, now: datetime) -> int | None:
    """The time step whose code that is, None if it is of none that counts now; spaces do not matter.

    All of them are compared, so that the time it takes tells nothing.
    """
    totp = pyotp.TOTP(secret)
    current = totp.timecode(now)
    typed = "".join(code.split())
    steps = range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
    found = [step for step in steps if compare_digest(totp.generate_otp(step).encode(), typed.encode())]
    return found[-1] if found else None


def app_address(secret: str, *, name: str) -> str:
    """What an app reads from the QR code, or from a link on the phone itself."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def qr_image(address: str) -> str:
    """The QR code as the data: URI of an image: dark on light in every theme, as cameras want it."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")


def grouped(text: str) -> str:
    """In groups of four, for whoever has to type it."""
    return " ".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def new_recovery_codes() -> tuple[str, ...]:
    """As they are shown: `abcd-efgh-ijkm-npqr`."""
    return tuple(_new_recovery_code() for _ in range(RECOVERY_CODES))


def plain_recovery_code(typed: str) -> str:
    """Without what people put in between, and in small letters."""
    return "".join(letter for letter in typed.lower() if letter in string.ascii_lowercase + string.digits)


def _new_recovery_code() -> str:
    letters = "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(_RECOVERY_LENGTH))
    return grouped(letters).replace(" ", "-")

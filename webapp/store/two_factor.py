"""Two-factor sign-in: a person's secret (sealed), the last time step used, recovery codes (hashed)."""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import row, time_text, transaction, write
from webapp.store.sessions import hash_token


def begin(db: Database, user_id: int, *, sealed_secret: str) -> None:
    """A secret that counts once a code has confirmed it; nothing changes for whom it is on already."""
    write(
        db,
        "UPDATE users SET sealed_totp_secret = ?, totp_step = 0 WHERE id = ? AND two_factor_at IS NULL",
        [sealed_secret, user_id],
    )


def sealed_secret(db: Database, user_id: int) -> str | None:
    """None for whom it was never begun, or was switched off."""
    found = row(db, "SELECT sealed_totp_secret FROM users WHERE id = ?", [user_id])
    return found["sealed_totp_secret"] if found else None


def accept_step(db: Database, user_id: int, step: int) -> bool:
    """True once for each time step, and for none before it: a code seen over a shoulder is used up."""
    return (
        write(db, "UPDATE users SET totp_step = ? WHERE id = ? AND totp_step < ?", [step, user_id, step]) > 0
    )


def switch_on(db: Database, user_id: int, *, recovery_codes: Iterable[str], now: datetime) -> None:
    with transaction(db):
        write(
            db,
            "UPDATE users SET two_factor_at = ? WHERE id = ? AND sealed_totp_secret IS NOT NULL",
            [time_text(now), user_id],
        )
        replace_recovery_codes(db, user_id, recovery_codes)


def switch_off(db: Database, user_id: int) -> None:
    """Nothing is left of it: switched on again it begins with another secret."""
    with transaction(db):
        write(
            db,
            "UPDATE users SET two_factor_at = NULL, sealed_totp_secret = NULL, totp_step = 0 WHERE id = ?",
            [user_id],
        )
        replace_recovery_codes(db, user_id, ())


def replace_recovery_codes(db: Database, user_id: int, codes: Iterable[str]) -> None:
    """`codes` without what stands between their letters; the ones before do not work any more."""
    with transaction(db):
        write(db, "DELETE FROM recovery_codes WHERE user_id = ?", [user_id])
        for code in codes:
            write(
                db,
                "INSERT INTO recovery_codes (code_hash, user_id) VALUES (?, ?)",
                [hash_token(code), user_id],
            )


def use_recovery_code(db: Database, user_id: int, code: str, *, now: datetime) -> bool:
    """True once for each code of that person."""
    return (
        write(
            db,
            "UPDATE recovery_codes SET used_at = ? WHERE code_hash = ? AND user_id = ? AND used_at IS NULL",
            [time_text(now), hash_token(code), user_id],
        )
        > 0
    )


def count_recovery_codes(db: Database, user_id: int) -> int:
    """Those that are left."""
    found = row(
        db, "SELECT COUNT(*) AS unused FROM recovery_codes WHERE user_id = ? AND used_at IS NULL", [user_id]
    )
    return int(found["unused"]) if found else 0

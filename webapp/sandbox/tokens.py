"""The account's credentials. There is one valid token at a time; these are for rehearsal, not secrets."""

import base64
import hmac
import json
import secrets

from sqlite_utils import Database

from .wire import CUSTOMER_ID

PREFIX = "JWT "
DEMO_KEY = "demo-key"
DEMO_SECRET = "demo-secret"  # noqa: S105 - published in docs/sandbox.md


def _part(content: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _token(signature: str) -> str:
    """Three parts as the provider's has, signed by nobody."""
    header = {"alg": "none", "typ": "JWT"}
    return f"{PREFIX}{_part(header)}.{_part({'customerid': CUSTOMER_ID})}.{signature}"


DEMO_TOKEN = _token("textdesk-sandbox-demo")


def has_token(db: Database) -> bool:
    return bool(db.execute("SELECT count(*) FROM account").fetchone()[0])


def is_current(db: Database, authorization: str) -> bool:
    row = db.execute("SELECT token FROM account").fetchone()
    return hmac.compare_digest(authorization.encode(), row[0].encode())


def set_token(db: Database, token: str) -> None:
    db.execute("DELETE FROM account")
    db.execute("INSERT INTO account (token) VALUES (?)", [token])


def issue_token(db: Database) -> str:
    """A new token; the one before stops working."""
    token = _token(secrets.token_urlsafe(32))
    set_token(db, token)
    return token

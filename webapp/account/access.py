"""Where a person is signed in and how their sign-ins went, for their own page and the administrators'."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import request

from webapp.store import sessions, sign_ins
from webapp.store.sessions import SEEN_EVERY, Session
from webapp.store.sign_ins import SignIn, SignInOutcome
from webapp.store.users import User
from webapp.web.auth import session_token
from webapp.web.context import database, settings
from webapp.web.row_ids import read_row_id

SIGN_INS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    word: str
    tone: str
    icon: str


OUTCOMES: Mapping[SignInOutcome, OutcomeWords] = {
    SignInOutcome.SIGNED_IN: OutcomeWords("Signed in", "good", "check-circle"),
    SignInOutcome.WRONG_PASSWORD: OutcomeWords("Wrong password", "bad", "x-circle"),
    SignInOutcome.CODE_ASKED: OutcomeWords("Right password, code asked for", "neutral", "shield-lock"),
    SignInOutcome.WRONG_CODE: OutcomeWords("Wrong code", "bad", "x-circle"),
    SignInOutcome.LOCKED: OutcomeWords("Refused: too many wrong tries", "attention", "lock"),
    SignInOutcome.DISABLED: OutcomeWords("Refused: disabled", "attention", "slash-circle"),
    SignInOutcome.PASSWORD_SET: OutcomeWords("New password set", "neutral", "key"),
}


@dataclass(frozen=True, slots=True)
class OpenSession:
    """`is_this` is the one that is looking."""

    session: Session
    is_this: bool


@dataclass(frozen=True, slots=True)
class ShownSignIn:
    sign_in: SignIn
    words: OutcomeWords


@dataclass(frozen=True, slots=True)
class Access:
    """`sign_ins` are one page of them, the newest first."""

    sessions: tuple[OpenSession, ...]
    sign_ins: tuple[ShownSignIn, ...]
    newer_url: str | None
    older_url: str | None


def build_access(user: User, *, url: Callable[..., str]) -> Access:
    """`url` makes the address of the page, with `before` for the next one of its sign-ins."""
    before_id = read_row_id(request.args, "before")
    found = sign_ins.list_sign_ins(database(), user.id, limit=SIGN_INS_A_PAGE + 1, before_id=before_id)
    shown = found[:SIGN_INS_A_PAGE]
    return Access(
        sessions=_open_sessions(user),
        sign_ins=tuple(ShownSignIn(each, OUTCOMES[each.outcome]) for each in shown),
        newer_url=url() if before_id else None,
        older_url=url(before=shown[-1].id) if len(found) > SIGN_INS_A_PAGE else None,
    )


def alive_since() -> datetime:
    """A session in which nothing was done since then has gone idle: its browser may be closed for long."""
    return datetime.now(UTC) - timedelta(minutes=settings().idle_minutes) - SEEN_EVERY


def _open_sessions(user: User) -> tuple[OpenSession, ...]:
    this = sessions.find_session(database(), session_token())
    found = sessions.list_sessions(database(), user.id, seen_after=alive_since())
    return tuple(OpenSession(each, is_this=this is not None and each.id == this.id) for each in found)

"""What pages and polls are measured against: the least that a page of somebody signed in can do.

`/table` shows of fifty texts what the list of Messages shows of them, cell for cell and element for element
(`tests/law/test_floors.py` compares the two), written as one would with nothing but Flask, Flask-Login and
Jinja: one keyset query and one template, no macros, no layout, nothing kept from one request to the next.
Its connection stays open: opening one reads the whole schema, so that the floor would rise with every table
that Textdesk adds.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, Response, render_template, request
from flask_login import LoginManager, UserMixin, current_user, login_required

from tests.bench.asking import Ask
from webapp.config import ROOT
from webapp.messaging.status import REPORT_WAIT, MessageStatus, StatusMeaning, describe_status

SECRET_KEY = "a secret for tests, and long enough"
ROWS = 50

# A call of a batch brought many texts: its reference and what it cost are not those of one of them.
_LATEST = (
    "SELECT messages.id, messages.message_id, status, sender, messages.destination, messages.content, "
    "messages.created_at, failure_details, credits, credits_used, outbox.batch_id, ref, users.name AS author "
    "FROM messages LEFT JOIN outbox ON outbox.id = messages.outbox_id "
    "LEFT JOIN users ON users.id = outbox.created_by WHERE (messages.created_at, messages.id) < (?, ?) "
    "ORDER BY messages.created_at DESC, messages.id DESC LIMIT ?"
)
_LONDON = ZoneInfo("Europe/London")
_MEANINGS = {str(status): describe_status(status) for status in MessageStatus}
_NEVER_REPORTED = describe_status(MessageStatus.SENT, age=2 * REPORT_WAIT)
_GIVEN_BACK = (MessageStatus.UNDELIVERABLE, MessageStatus.EXPIRED)


def floor_app(database: Path) -> Flask:
    """`/user` loads the signed-in user by primary key; `/table` shows fifty messages besides.

    `/table?at=...&id=...` shows those before that one.
    """
    app = Flask("floor", template_folder=str(ROOT / "tests" / "bench" / "templates"))
    app.secret_key = SECRET_KEY
    manager = LoginManager(app)
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row

    class Person(UserMixin):
        def __init__(self, row: sqlite3.Row) -> None:
            self.id, self.name = row["id"], row["name"]

    @manager.user_loader
    def load(user_id: str) -> Person | None:
        found = connection.execute("SELECT * FROM users WHERE id = ?", [user_id]).fetchone()
        return Person(found) if found else None

    @app.get("/user")
    @login_required
    def user() -> Response:
        return Response(status=204 if current_user.id else 500)

    @app.get("/table")
    @login_required
    def table() -> str:
        before = [request.args.get("at", "~"), request.args.get("id", 0, int), ROWS]
        waits_since = datetime.now(UTC) - REPORT_WAIT
        rows = [_shown(row, waits_since) for row in connection.execute(_LATEST, before)]
        return render_template("floor.html", rows=rows, name=current_user.name)

    return app


class Shown(NamedTuple):
    """What stands in one row of the table."""

    id: int
    url: str
    came_in: bool
    number: str
    content: str
    status: StatusMeaning
    failure: str | None
    author: str | None
    at: str
    utc: str
    local: str
    credits: str | None
    given_back: bool


def _shown(row: sqlite3.Row, waits_since: datetime) -> Shown:
    status = row["status"]
    came_in = status == MessageStatus.INCOMING
    is_single = row["ref"] is not None and row["batch_id"] is None
    at = datetime.fromisoformat(row["created_at"])
    is_given_up = status == MessageStatus.SENT and at < waits_since
    return Shown(
        id=row["id"],
        url=f"/messages/{row['ref'] if is_single else row['message_id']}",
        came_in=came_in,
        number=_spaced(row["sender"] if came_in else row["destination"]),
        content=row["content"],
        status=_NEVER_REPORTED if is_given_up else _MEANINGS[status],
        failure=None if status == MessageStatus.DELIVERED else row["failure_details"],
        author=row["author"],
        at=at.isoformat(timespec="seconds"),
        utc=at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        local=at.astimezone(_LONDON).strftime("%a %-d %b %Y, %H:%M"),
        credits=(row["credits_used"] if is_single else None) or row["credits"],
        given_back=status in _GIVEN_BACK,
    )


def _spaced(number: str) -> str:
    return f"+44 {number[2:6]} {number[6:]}" if number.startswith("447") else number


def user_floor(app: Flask) -> Ask:
    return Ask("/user", headers=_signed_in(app), status=204)


def table_floor(app: Flask, **before: str) -> Ask:
    """The latest fifty, or those before the message with that `at` and `id`."""
    return Ask(f"/table?{urlencode(before)}", headers=_signed_in(app))


def _signed_in(app: Flask) -> dict[str, str]:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return {"Cookie": f"session={serializer.dumps({'_user_id': '1', '_fresh': True})}"}

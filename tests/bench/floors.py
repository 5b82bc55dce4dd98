"""What pages and polls are measured against: the least that a page of somebody signed in can do.

Its connection stays open: opening one reads the whole schema, so that the floor would rise with every table
that Textdesk adds.
"""

import sqlite3
from pathlib import Path

from flask import Flask, Response, render_template
from flask_login import LoginManager, UserMixin, current_user, login_required
from jinja2 import DictLoader

from tests.bench.asking import Ask

SECRET_KEY = "a secret for tests, and long enough"
ROWS = 50

_LATEST = (
    "SELECT id, message_id, status, sender, destination, content, created_at FROM messages "
    "WHERE (created_at, id) < ('~', 0) ORDER BY created_at DESC, id DESC LIMIT ?"
)
_TABLE = """<!doctype html>
<html lang="en"><head><title>Floor</title></head><body><p>{{ name }}</p><table>
{% for row in rows %}<tr>
  <td>{{ row["created_at"] }}</td><td>{{ row["status"] }}</td><td>{{ row["sender"] }}</td>
  <td><a href="/messages/{{ row["message_id"] }}">{{ row["destination"] }}</a></td>
  <td>{{ row["content"] }}</td><td>{{ row["id"] }}</td>
</tr>{% endfor %}
</table></body></html>"""


def floor_app(database: Path) -> Flask:
    """`/user` loads the signed-in user by primary key; `/table` shows fifty messages besides."""
    app = Flask("floor")
    app.secret_key = SECRET_KEY
    app.jinja_loader = DictLoader({"table.html": _TABLE})
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
        rows = connection.execute(_LATEST, [ROWS]).fetchall()
        return render_template("table.html", rows=rows, name=current_user.name)

    return app


def user_floor(app: Flask) -> Ask:
    return Ask("/user", headers=_signed_in(app), status=204)


def table_floor(app: Flask) -> Ask:
    return Ask("/table", headers=_signed_in(app))


def _signed_in(app: Flask) -> dict[str, str]:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return {"Cookie": f"session={serializer.dumps({'_user_id': '1', '_fresh': True})}"}

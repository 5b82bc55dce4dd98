"""The table of docs/security.md: every route, and who may use it.

`python -m tests.law.role_matrix` writes it anew.
"""

import tempfile
from pathlib import Path

from flask import Flask

from webapp.app import create_app
from webapp.config import ROOT, Settings
from webapp.store.users import Role
from webapp.web.auth import PUBLIC, required_role

DOCUMENT = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- role matrix: begin -->\n", "<!-- role matrix: end -->\n"
UNGUARDED = {"static", "bootstrap.static"}
HEADER = """| route | what it is called | signed out | disabled | viewer | sender | admin |
|---|---|---|---|---|---|---|
"""


def role_matrix(app: Flask) -> str:
    """One line a route and method, as Markdown."""
    lines = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in UNGUARDED:
            continue
        role = required_role(app, rule.endpoint)
        marks = " | ".join("yes" if each else "no" for each in (role == PUBLIC,) * 2 + _by_role(role))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            lines.append(f"| `{method} {rule.rule}` | {rule.endpoint} | {marks} |\n")
    return HEADER + "".join(sorted(lines, key=_address_first))


def written_matrix() -> str:
    """The one that stands in the document."""
    return DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0]


def write_matrix(app: Flask) -> None:
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + role_matrix(app) + END + rest.partition(END)[2])


def _by_role(role: Role | str | None) -> tuple[bool, ...]:
    return tuple(role == PUBLIC or (isinstance(role, Role) and each.includes(role)) for each in Role)


def _address_first(line: str) -> tuple[str, str]:
    method, _, address = line.removeprefix("| `").partition("`")[0].partition(" ")
    return address, method


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        write_matrix(create_app(Settings(secret_key="x" * 32, database=Path(directory) / "textdesk.db")))

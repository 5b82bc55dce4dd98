"""The house: imports go down only, and every room keeps to its own libraries (CONTRIBUTING.md, "Rooms")."""

import ast
from collections.abc import Iterator
from pathlib import Path

WEBAPP = Path(__file__).parents[2] / "webapp"
AREAS = {"auth", "home", "compose", "batches", "scheduled", "inbox", "failed", "messages", "account"}
TOP = {
    "app",
    "cli",
    "cli_audit",
    "cli_backup",
    "cli_erasing",
    "cli_setup",
    "cli_users",
    "checks",
    "demo",
    "worker",
}

# Room -> (rooms of ours it may import, libraries it must not import).
RULES: dict[str, tuple[set[str], set[str]]] = {
    "messaging": (set(), {"flask", "requests", "sqlite_utils", "sqlite3"}),
    "smsworks": ({"messaging"}, {"flask", "sqlite_utils", "sqlite3"}),
    "store": ({"messaging"}, {"flask", "requests"}),
    "services": ({"smsworks", "store", "messaging"}, {"flask", "requests", "sqlite3"}),
    "web": ({"store", "messaging", "smsworks", "config"}, {"requests", "sqlite3"}),
    "sandbox": ({"messaging"}, {"requests"}),
    **{
        area: ({"web", "services", "store", "messaging", "smsworks.errors"}, {"requests", "sqlite3"})
        for area in AREAS
    },
    "webhooks": ({"web", "services"}, {"requests", "sqlite3"}),
    "config": (set(), {"flask", "requests", "sqlite_utils", "sqlite3"}),
    **{name: ({"*"}, set()) for name in TOP},
}
# Only these read the database themselves; the others call the named functions of the store.
SQL_METHODS = {"execute", "executemany", "executescript", "query"}
MAY_WRITE_SQL = {"store", "sandbox"}


def _files() -> list[Path]:
    return sorted(path for path in WEBAPP.rglob("*.py") if path != WEBAPP / "__init__.py")


def _room(path: Path) -> str:
    return path.relative_to(WEBAPP).parts[0].removesuffix(".py")


def _imported(path: Path) -> set[str]:
    """Dotted names of everything a file imports; names from a package are appended to it."""
    found = set()
    package = ".".join(path.relative_to(WEBAPP.parent).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(parents if node.level else []), *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def test_every_room_has_a_rule() -> None:
    assert {_room(path) for path in _files()} == set(RULES)


def test_imports_go_down_only() -> None:
    wrong = [f"{path.name}: {name}" for path in _files() for name in _imported(path) if not _may(path, name)]
    assert wrong == []


def test_sql_stands_in_the_store_only() -> None:
    elsewhere = [path for path in _files() if _room(path) not in MAY_WRITE_SQL]
    assert [f"{path.name}:{line}" for path in elsewhere for line in _lines_with_sql(path)] == []


def _may(path: Path, name: str) -> bool:
    room = _room(path)
    allowed, forbidden = RULES[room]
    if not name.startswith("webapp."):
        return name.split(".")[0] not in forbidden
    inside = name.removeprefix("webapp.")
    return "*" in allowed or any(f"{inside}.".startswith(f"{each}.") for each in {*allowed, room})


def _lines_with_sql(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text())):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in SQL_METHODS:
            yield called.lineno

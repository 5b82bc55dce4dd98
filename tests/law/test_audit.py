"""Whatever changes something is in the audit trail: every POST route writes to it, or says here why not."""

import ast
import inspect
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

ONLY_READS = "reads, and stores what the provider says"
IN_THIS_BROWSER = "kept in a cookie of that browser"
BY_THE_PROVIDER = "nobody of the staff: what comes is in the record itself"
NOT_AUDITED = {
    "auth.set_theme": IN_THIS_BROWSER,
    "failed.ask": ONLY_READS,
    "failed.fetch": ONLY_READS,
    "inbox.check_now": ONLY_READS,
    "inbox.search": ONLY_READS,
    "inbox.search_opt_outs": ONLY_READS,
    "inbox.set_alerts": IN_THIS_BROWSER,
    "messages.look_up": ONLY_READS,
    "messages.refresh": ONLY_READS,
    "messages.search": ONLY_READS,
    "messages.search_provider": ONLY_READS,
    "scheduled.ask": ONLY_READS,
    "webhooks.delivery": BY_THE_PROVIDER,
    "webhooks.inbound": BY_THE_PROVIDER,
}
WEBAPP = Path(__file__).parents[2] / "webapp"


def test_every_post_is_audited_or_says_why_not(app: Flask) -> None:
    silent = {endpoint for endpoint in _posts(app) if not _audits(app, endpoint)}
    assert silent == set(NOT_AUDITED)


@pytest.mark.parametrize("endpoint", ["batches.export_problems"])
def test_so_is_an_export_that_is_a_link(app: Flask, endpoint: str) -> None:
    assert _audits(app, endpoint)


def test_what_an_entry_is_about_is_known_for_actions_that_exist() -> None:
    from webapp.account.audit_subjects import _KINDS

    code = "".join(path.read_text() for path in WEBAPP.rglob("*.py") if path.name != "audit_subjects.py")
    assert [action for action in _KINDS if f'"{action}"' not in code] == []


def _posts(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}


def _audits(app: Flask, endpoint: str) -> bool:
    """Whether the view, or a function of its area that it calls, records what was done."""
    functions = _functions_of(endpoint.partition(".")[0])
    seen: set[str] = set()
    waiting = [inspect.unwrap(app.view_functions[endpoint]).__name__]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        calls, records = functions[name]
        if records:
            return True
        waiting += calls
    return False


@cache
def _functions_of(area: str) -> dict[str, tuple[frozenset[str], bool]]:
    """Each function of an area: the names it calls, and whether it calls `audit.record` itself."""
    found: dict[str, tuple[frozenset[str], bool]] = {}
    for path in (WEBAPP / area).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                calls, records = _calls_of(node)
                known, recorded = found.get(node.name, (frozenset(), False))
                found[node.name] = (known | calls, recorded or records)
    return found


def _calls_of(function: ast.FunctionDef) -> tuple[frozenset[str], bool]:
    called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = frozenset(each.id for each in called if isinstance(each, ast.Name))
    records = any(isinstance(each, ast.Attribute) and ast.unparse(each) == "audit.record" for each in called)
    return names, records

"""Which pages there are: whatever holds for every page holds for those that are added, too."""

from flask import Flask

NOT_PAGES = {
    "auth.sign_in": "leads home whoever is signed in",
    "auth.code": "leads to signing in whoever has not begun to",
    "auth.set_own_password": "begins with a link",
    "batches.sample": "a file",
    "home.healthz": "for programs",
    "home.status": "a fragment",
}


def pages_without_arguments(app: Flask) -> list[str]:
    """The addresses of all pages that need nothing but somebody signed in."""
    rules = [
        rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    known = {rule.endpoint for rule in rules}
    assert set(NOT_PAGES) <= known
    return sorted(rule.rule for rule in rules if rule.endpoint not in NOT_PAGES)

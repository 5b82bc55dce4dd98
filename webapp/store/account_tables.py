"""The tables behind the Account pages."""

ORGANISATION = """
CREATE TABLE organisation (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL
)
"""

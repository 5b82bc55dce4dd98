"""The table that says when the record was put back from a copy."""

RESTORES = """
CREATE TABLE restores (
    id INTEGER PRIMARY KEY,
    backup_at TEXT NOT NULL,
    restored_at TEXT,
    swept_at TEXT
)
"""

"""The table of the audit trail: entries are added at its end, and that is all."""

from sqlite_utils import Database

from webapp.store.audit_chain import FIRST, hash_of

# No foreign key: what somebody did stays, whatever becomes of their row.
_TABLE = """
CREATE TABLE chained_audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    user_id INTEGER,
    user_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    details TEXT NOT NULL,
    hash TEXT NOT NULL
)
"""
_INDEXES = (
    "CREATE INDEX audit_by_time ON audit (at, id)",
    "CREATE INDEX audit_by_user ON audit (user_name, at, id)",
    "CREATE INDEX audit_by_action ON audit (action, at, id)",
    "CREATE INDEX audit_by_user_and_action ON audit (user_name, action, at, id)",
    "CREATE INDEX audit_by_subject ON audit (subject, at, id)",
)
# REPLACE would take a row's place without asking the other two.
_TRIGGERS = (
    "CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END",
    "CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END",
    "CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit "
    "WHEN NEW.id <> (SELECT COALESCE(MAX(id), 0) + 1 FROM audit) "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END",
)


def chain_audit(db: Database) -> None:
    """Give the entries there are their places in the chain, and refuse from now on to change any."""
    db.conn.execute(_TABLE)
    previous = FIRST
    found = db.conn.execute("SELECT at, user_id, user_name, action, subject, details FROM audit ORDER BY id")
    for number, entry in enumerate(found, start=1):
        content = (number, *entry)
        previous = hash_of(content, previous=previous)
        db.conn.execute("INSERT INTO chained_audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [*content, previous])
    db.conn.execute("DROP TABLE audit")
    db.conn.execute("ALTER TABLE chained_audit RENAME TO audit")
    for statement in (*_INDEXES, *_TRIGGERS):
        db.conn.execute(statement)

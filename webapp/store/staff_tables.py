"""What the tables of staff, sign-ins and sessions gained after the first version."""

# SQLite cannot change a CHECK: the table is made anew, with the outcomes of two-factor sign-in.
SIGN_INS = """
CREATE TABLE sign_ins_anew (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE,
    user_id INTEGER REFERENCES users (id),
    outcome TEXT NOT NULL CHECK (outcome IN (
        'signed in', 'wrong password', 'code asked', 'wrong code', 'locked', 'disabled', 'password set'
    )),
    address TEXT,
    browser TEXT NOT NULL DEFAULT ''
);
INSERT INTO sign_ins_anew (id, at, name, user_id, outcome, address)
    SELECT id, at, name, user_id, outcome, address FROM sign_ins;
DROP TABLE sign_ins;
ALTER TABLE sign_ins_anew RENAME TO sign_ins;
CREATE INDEX sign_ins_by_name ON sign_ins (name, id);
CREATE INDEX sign_ins_by_user ON sign_ins (user_id, id);
CREATE INDEX sign_ins_that_let_in ON sign_ins (user_id, id) WHERE outcome = 'signed in'
"""

# An id that is never used again: "end this session", on a page opened yesterday, must not end another.
SESSIONS = """
CREATE TABLE sessions_anew (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    started_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    browser TEXT NOT NULL DEFAULT ''
);
INSERT INTO sessions_anew (token_hash, user_id, started_at, last_seen_at)
    SELECT token_hash, user_id, started_at, started_at FROM sessions;
DROP TABLE sessions;
ALTER TABLE sessions_anew RENAME TO sessions;
CREATE INDEX sessions_by_user ON sessions (user_id, last_seen_at);
CREATE INDEX sessions_by_start ON sessions (started_at)
"""

LINKS = """
CREATE TABLE password_links (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    token_hash TEXT NOT NULL UNIQUE,
    made_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
)
"""

TWO_FACTOR = """
ALTER TABLE users ADD COLUMN sealed_totp_secret TEXT;
ALTER TABLE users ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN two_factor_at TEXT;
CREATE TABLE recovery_codes (
    code_hash TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    used_at TEXT
);
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id)
"""

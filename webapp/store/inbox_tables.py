"""The tables of the inbox and of opt-outs; `migrations` says when they are made."""

OPT_OUTS = """
CREATE TABLE opt_outs (
    number TEXT PRIMARY KEY,
    added_at TEXT NOT NULL,
    added_by TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('text', 'staff', 'import')),
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX opt_outs_by_time ON opt_outs (added_at, number);
CREATE TABLE opt_out_events (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    at TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('added', 'removed')),
    who TEXT NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX opt_out_events_by_number ON opt_out_events (number, id);
CREATE TABLE opt_out_words (
    word TEXT PRIMARY KEY,
    shown_as TEXT NOT NULL,
    added_at TEXT NOT NULL,
    added_by TEXT NOT NULL
);
INSERT INTO opt_out_words (word, shown_as, added_at, added_by) VALUES
    ('stop', 'STOP', '2026-11-25T00:00:00.000000Z', 'Textdesk'),
    ('stopall', 'STOPALL', '2026-11-25T00:00:00.000000Z', 'Textdesk'),
    ('unsubscribe', 'UNSUBSCRIBE', '2026-11-25T00:00:00.000000Z', 'Textdesk'),
    ('cancel', 'CANCEL', '2026-11-25T00:00:00.000000Z', 'Textdesk'),
    ('end', 'END', '2026-11-25T00:00:00.000000Z', 'Textdesk'),
    ('quit', 'QUIT', '2026-11-25T00:00:00.000000Z', 'Textdesk')
"""

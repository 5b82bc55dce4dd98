"""The table of approvals; `migrations` says when it is made."""

# A request speaks of one version of a batch: any change to the list or the text makes another, so what was
# approved is what goes. Nobody decides about their own, whatever the program above says.
APPROVALS = """
CREATE TABLE approvals (
    id INTEGER PRIMARY KEY,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    batch_version INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'approved', 'sent back', 'withdrawn')),
    asked_by INTEGER NOT NULL REFERENCES users (id),
    asked_at TEXT NOT NULL,
    decided_by INTEGER REFERENCES users (id),
    decided_at TEXT,
    reason TEXT NOT NULL DEFAULT '',
    CHECK (state NOT IN ('approved', 'sent back') OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX approvals_one_waiting ON approvals (batch_id, batch_version) WHERE state = 'waiting';
CREATE INDEX approvals_of_batch ON approvals (batch_id, id);
CREATE INDEX approvals_by_state ON approvals (state, asked_by)
"""

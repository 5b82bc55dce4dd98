"""The work: what happens between pages and worker on one side, provider and record on the other."""

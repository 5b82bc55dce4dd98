"""What the entries of the audit trail are about, and the page of it."""

from typing import Any, NamedTuple

from flask import url_for

from webapp.store.audit import AuditEntry


class Subject(NamedTuple):
    """In a word, and where it can be read; None where nothing more is known than the reference."""

    words: str
    url: str | None


class _Kind(NamedTuple):
    words: str
    endpoint: str | None = None
    name: str = ""


# What is not confirmed yet is its author's alone, and has no page for others.
_UNSENT_TEXT = _Kind("Text")
_UNSENT_LIST = _Kind("Batch")
_TEXT = _Kind("Text", "messages.show", "reference")
_CONFIRMED = _Kind("Text", "compose.show", "draft_id")
_BATCH = _Kind("Batch", "batches.show", "ref")
_SCHEDULED = _Kind("Scheduled", "scheduled.show", "reference")
_CONVERSATION = _Kind("Conversation", "inbox.show", "conversation_id")
_MEMBER = _Kind("Member of staff", "account.member", "user_id")
_KINDS = {
    "composed a text": _UNSENT_TEXT,
    "changed a text": _UNSENT_TEXT,
    "discarded a text": _UNSENT_TEXT,
    "sent themselves a copy": _UNSENT_TEXT,
    "composed a reply": _UNSENT_TEXT,
    "confirmed a text": _CONFIRMED,
    "confirmed a reply": _CONFIRMED,
    "stopped a text": _TEXT,
    "deleted a message": _TEXT,
    "decided an unknown outcome": _TEXT,
    "cancelled a text for an opt-out": _TEXT,
    "began to change a scheduled text": _SCHEDULED,
    "changed a scheduled text": _SCHEDULED,
    "cancelled a scheduled text": _SCHEDULED,
    "cancelled a scheduled batch": _SCHEDULED,
    "uploaded a list": _UNSENT_LIST,
    "changed how a list is read": _UNSENT_LIST,
    "corrected a row of a list": _UNSENT_LIST,
    "exported the problems of a list": _UNSENT_LIST,
    "wrote the text of a batch": _UNSENT_LIST,
    "discarded a list": _UNSENT_LIST,
    "discarded an abandoned list": _UNSENT_LIST,
    "sends a batch again": _BATCH,
    "sends failed texts again": _UNSENT_LIST,
    "asked for approval of a batch": _UNSENT_LIST,
    "withdrew a batch from approval": _UNSENT_LIST,
    "sent a batch back to its author": _UNSENT_LIST,
    "confirmed a batch": _BATCH,
    "approved a batch": _BATCH,
    "paused a batch": _BATCH,
    "resumed a batch": _BATCH,
    "stopped a batch": _BATCH,
    "cancelled a batch": _BATCH,
    "decided an unknown outcome of a batch": _BATCH,
    "exported the result of a batch": _BATCH,
    "opted a texter out": _CONVERSATION,
    "dismissed a hint at an opt-out": _CONVERSATION,
    "added a member of staff": _MEMBER,
    "changed a role": _MEMBER,
    "disabled a member of staff": _MEMBER,
    "enabled a member of staff": _MEMBER,
    "made a link to set a password": _MEMBER,
    "set own password through a link": _MEMBER,
    "ended a session": _MEMBER,
    "ended all sessions": _MEMBER,
    "set a password": _MEMBER,
    "began to set up two-factor sign-in": _MEMBER,
    "switched two-factor sign-in on": _MEMBER,
    "switched two-factor sign-in off": _MEMBER,
    "made new recovery codes": _MEMBER,
}


def subject_of(entry: AuditEntry) -> Subject | None:
    """None if the entry is about nothing in particular."""
    if entry.subject is None:
        return None
    kind = _KINDS.get(entry.action, _Kind(entry.subject))
    address: dict[str, Any] = {kind.name: entry.subject}
    return Subject(kind.words, url_for(kind.endpoint, **address) if kind.endpoint else None)

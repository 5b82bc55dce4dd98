"""What stands in the details of an audit entry, in words: for the page and for the file alike."""

from collections.abc import Mapping
from typing import NamedTuple

from webapp.store.audit import COMMAND_LINE, TEXTDESK, AuditEntry

NOT_SET = "not set"
_CHANGE = ("before", "after")
_NOT_PEOPLE = {TEXTDESK: "Textdesk, by itself", COMMAND_LINE: "Command line", "": "Somebody signed out"}


class Change(NamedTuple):
    """One setting that was changed."""

    name: str
    before: str
    after: str


class Fact(NamedTuple):
    """Anything else that was noted beside."""

    name: str
    value: str


def who(entry: AuditEntry) -> str:
    """The person's name; who no person did it."""
    return entry.user_name if entry.user_id is not None else _NOT_PEOPLE.get(entry.user_name, entry.user_name)


def what(action: str) -> str:
    return action[:1].upper() + action[1:]


def changes_of(entry: AuditEntry) -> tuple[Change, ...]:
    """What was different afterwards; what was there before only, or after only, stands against "not set"."""
    before, after = (_mapping(entry.details.get(name)) for name in _CHANGE)
    return tuple(
        Change(_words(name), _value(before.get(name)), _value(after.get(name)))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    )


def facts_of(entry: AuditEntry) -> tuple[Fact, ...]:
    return tuple(
        Fact(_words(name), _value(value)) for name, value in entry.details.items() if name not in _CHANGE
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _words(name: str) -> str:
    return what(name.replace("_", " "))


def _value(value: object) -> str:
    if value is None or value == "":
        return NOT_SET
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(each)}" for name, each in value.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or NOT_SET
    return str(value)

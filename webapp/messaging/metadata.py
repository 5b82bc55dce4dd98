"""Metadata: names and values that go with a text, in whatever form they come back (API.md section 2)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

RESERVED_KEYS = "textdesk-"
"""How the keys begin under which Textdesk marks its own texts, so that a lost one can be found again."""


def read_metadata(value: object) -> dict[str, str]:
    """Metadata from a list of {"key", "value"}, one such pair, {"schema": either} or a plain map."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        pairs = [_pair(entry) for entry in value if isinstance(entry, dict)]
        return {key: meant for pair in pairs for key, meant in pair.items()}
    if not isinstance(value, dict):
        return {}
    inner = value.get("schema")
    return read_metadata(inner) if isinstance(inner, dict | list) else _pair(value)


def as_text(value: object) -> str:
    """Any JSON value as text; null is "" and a whole float loses its ".0"."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _pair(entry: Mapping[str, Any]) -> dict[str, str]:
    if entry.keys() == {"key", "value"}:
        return {as_text(entry["key"]): as_text(entry["value"])}
    return {key: as_text(meant) for key, meant in entry.items()}

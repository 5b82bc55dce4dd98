"""Reading the provider's JSON, whose fields may be missing, null or of another type than described.

The one exception raised here is Unreadable, where a reply has no known form at all (docs/provider.md).
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from webapp.messaging.metadata import as_text, read_metadata

# Words of this module that the record speaks, too.
text = as_text
metadata = read_metadata

_TELEPHONE = re.compile(r"\+?[ ().\-]*[0-9][0-9 ().\-]*")
_WHOLE_FLOAT = re.compile(r"([0-9]+)\.0+")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
# Past this many digits a number of credits is nonsense, and writing it out in full would eat the memory.
_MOST_DIGITS = 15
_UTF_8 = "utf-8-sig"


class Unreadable(ValueError):
    """The body of a reply is in none of the known forms."""


def parse_json(body: bytes, charset: str | None) -> Any:
    """The document in a reply's body. UTF-8 is tried before the declared charset, which is often wrong.

    Half of a surrogate pair (which no database column and no page can hold) becomes U+FFFD. Numbers stay
    floats, so that the document can be written as JSON again; `number` makes them exact.
    """
    for name in (_UTF_8, charset or "utf-8", "latin-1"):
        try:
            text = body.decode(name)
            document = json.loads(text, parse_float=_finite, parse_constant=lambda _: None)
            return _whole_characters(document) if _may_hold_halves(text, name) else document
        except (ValueError, LookupError, RecursionError):
            continue
    raise Unreadable("the body is not JSON")


def records(document: object) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list reply: an array, {"messages": [...]} or one bare object. Raises Unreadable."""
    if isinstance(document, dict):
        listed = document.get("messages")
        if listed is None and not identity(document, "messageid", "id"):
            raise Unreadable("the object is neither a list nor a record")
        document = [document] if listed is None else listed
    if not isinstance(document, list) or not all(isinstance(entry, dict) for entry in document):
        raise Unreadable("the list is not a list of objects")
    return tuple(document)


def record(document: object) -> Mapping[str, Any]:
    """The object of a reply that should hold one, alone or in an array. Raises Unreadable."""
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        raise Unreadable("the reply is not one object")
    return document


def identity(fields: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that holds an id, as text; "" if none does."""
    found = (fields.get(name) for name in names)
    ids = (text(value).strip() for value in found if isinstance(value, str | int | float))
    return next((value for value in ids if value), "")


def fingerprint(fields: Mapping[str, Any]) -> str:
    """An id for a record that came without one: the same record always gets the same, so none is lost."""
    canonical = json.dumps(fields, sort_keys=True).encode()
    return "without-id-" + hashlib.sha256(canonical).hexdigest()[:24]


def optional_text(value: object) -> str | None:
    return text(value) or None


def digits(value: object) -> str:
    """A telephone number as digits, whether it came as text or as a number; any other text unchanged."""
    number = text(value).strip()
    whole = _WHOLE_FLOAT.fullmatch(number)
    if whole:
        return whole[1]
    return re.sub(r"[^0-9]", "", number) if _TELEPHONE.fullmatch(number) else number


def number(value: object) -> Decimal | None:
    """A number of credits, exactly as it is written on the wire; None if it is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        # A float's shortest text is the text it was parsed from, so that 180.5 and 0.1 are exact.
        exact = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    return exact if exact.is_finite() and abs(exact.adjusted()) <= _MOST_DIGITS else None


def whole_number(value: object) -> int | None:
    exact = number(value)
    return None if exact is None or exact != exact.to_integral_value() else int(exact)


def flag(value: object) -> bool | None:
    return _TRUTH.get(text(value).strip().lower())


def _finite(literal: str) -> float | None:
    value = float(literal)
    return value if math.isfinite(value) else None


def _may_hold_halves(text: str, charset: str) -> bool:
    """UTF-8 has none: there they come from escapes, which replies of a thousand messages hardly ever have."""
    return charset != _UTF_8 or "\\ud" in text or "\\uD" in text


def _whole_characters(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_whole_characters(entry) for entry in value]
    if isinstance(value, dict):
        return {_whole_characters(key): _whole_characters(entry) for key, entry in value.items()}
    return value

"""Reads a JSON object field by field and collects everything that is wrong with it, as the provider does."""

import math
import re
from collections.abc import Mapping
from typing import Any

from .dates import read_date
from .refusals import Problem

LARGEST_NUMBER = 10**12

Path = tuple[str, ...]
Pairs = tuple[tuple[str, str], ...]


class Fields:
    """The fields of one object. A field with a problem reads as empty; `problems` says why."""

    def __init__(self, body: object, problems: list[Problem], path: Path = ()) -> None:
        self.problems = problems
        self.path = path
        self.is_object = isinstance(body, Mapping)
        self._body: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
        if not self.is_object:
            problems.append(Problem("INVALID_TYPE", "Expected type object", path))

    def problem(self, code: str, message: str, *names: str) -> None:
        self.problems.append(Problem(code, message, self.path + names))

    def text(self, name: str, *, required: bool = False, longest: int | None = None) -> str:
        value = self._value(name, required=required)
        if value is None or not self._is_text(value, name):
            return ""
        if required and not value:
            self.problem("MIN_LENGTH", "String is too short (0 chars), minimum 1", name)
        if longest is not None and len(value) > longest:
            self.problem("MAX_LENGTH", f"String is too long ({len(value)} chars), maximum {longest}", name)
        return str(value)

    def matching(self, name: str, pattern: re.Pattern[str], *, required: bool = False) -> str:
        value = self.text(name, required=required)
        if value and not pattern.fullmatch(value):
            self.problem("PATTERN", f"String does not match pattern {pattern.pattern}", name)
        return value

    def number(self, name: str) -> float | None:
        value = self._value(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self._wrong_type("number", name)
            return None
        if abs(value) > LARGEST_NUMBER:
            self.problem("MAXIMUM", f"Value is greater than maximum {LARGEST_NUMBER}", name)
            return None
        return value

    def whole(self, name: str, *, lowest: int, highest: int | None = None) -> int | None:
        value = self.number(name)
        if value is None:
            return None
        if value != int(value):
            self._wrong_type("integer", name)
            return None
        if value < lowest:
            self.problem("MINIMUM", f"Value {value} is less than minimum {lowest}", name)
        if highest is not None and value > highest:
            self.problem("MAXIMUM", f"Value {value} is greater than maximum {highest}", name)
        return int(value)

    def flag(self, name: str) -> bool | None:
        value = self._value(name)
        if value is None or isinstance(value, bool):
            return value
        self._wrong_type("boolean", name)
        return None

    def texts(self, name: str, *, required: bool = False, most: int | None = None) -> tuple[str, ...]:
        value = self._list(name, required=required)
        if most is not None and len(value) > most:
            self.problem("ARRAY_LENGTH_LONG", f"Array is too long ({len(value)}), maximum {most}", name)
            return ()
        if required and isinstance(self._body.get(name), list) and not value:
            self.problem("ARRAY_LENGTH_SHORT", "Array is too short (0), minimum 1", name)
        return tuple(item for at, item in enumerate(value) if self._is_text(item, name, str(at)))

    def pairs(self, name: str) -> Pairs:
        """An array of {key, value} objects."""
        read = []
        for at, item in enumerate(self._list(name)):
            pair = Fields(item, self.problems, (*self.path, name, str(at)))
            read.append((pair.text("key", required=pair.is_object), pair.text("value")))
        return tuple(dict(read).items())

    def date(self, name: str, *, required: bool = False) -> int | None:
        value = self.text(name, required=required)
        if not value:
            return None
        try:
            return read_date(value)
        except (ValueError, OverflowError):
            self.problem("INVALID_FORMAT", f"Not a date and time: {value[:60]}", name)
            return None

    def _value(self, name: str, *, required: bool = False) -> Any:
        if name not in self._body:
            if required and self.is_object:
                self.problem("OBJECT_MISSING_REQUIRED_PROPERTY", f"Missing required property: {name}", name)
            return None
        if self._body[name] is None:
            self._wrong_type("not null", name)
        return self._body[name]

    def _list(self, name: str, *, required: bool = False) -> list[Any]:
        value = self._value(name, required=required)
        if value is not None and not isinstance(value, list):
            self._wrong_type("array", name)
        return value if isinstance(value, list) else []

    def _is_text(self, value: object, *names: str) -> bool:
        if not isinstance(value, str):
            self._wrong_type("string", *names)
            return False
        try:
            value.encode()
        except UnicodeEncodeError:
            self.problem("INVALID_FORMAT", "String holds half of a surrogate pair", *names)
            return False
        return True

    def _wrong_type(self, expected: str, *names: str) -> None:
        self.problem("INVALID_TYPE", f"Expected type {expected}", *names)

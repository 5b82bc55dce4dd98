"""JSON of the record that hardly anybody looks at: it is parsed when somebody does."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


class JsonMapping(Mapping[str, Any]):
    """A JSON object as text. Lists read fifty of them and show none."""

    __slots__ = ("_parsed", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._parsed: dict[str, Any] | None = None

    def _whole(self) -> dict[str, Any]:
        if self._parsed is None:
            self._parsed = json.loads(self._text)
        return self._parsed

    def __getitem__(self, key: str) -> Any:
        return self._whole()[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self._whole().get(key, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._text!r})"

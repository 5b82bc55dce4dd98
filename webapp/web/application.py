"""The kind of Flask that Textdesk is."""

from collections.abc import Callable
from typing import Any

from flask import Flask


class Textdesk(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view and no hook of ours is asynchronous: asking each of twenty costs an unchanged poll dear."""
        return func

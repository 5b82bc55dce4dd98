"""Templates and routes are compiled once in a process, however many apps are wired in it.

Compiling is most of what it takes to start a Textdesk, and tests start hundreds.
"""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import Environment
from werkzeug.routing import Rule

from webapp.app import create_app
from webapp.config import Settings

_compile = Environment.compile
_compile_builder = Rule._compile_builder
_builders: dict[tuple[str, tuple[tuple[bool, str], ...], bool], Callable[..., tuple[str, str]]] = {}


def compile_once() -> None:
    """From now on, also in processes that are forked from this one."""
    Environment.compile = _compiled  # type: ignore[assignment, method-assign]
    Rule._compile_builder = _builder_of  # type: ignore[method-assign]


def compile_everything() -> None:
    """Before others are forked from this process."""
    with tempfile.TemporaryDirectory() as directory:
        app = create_app(Settings(secret_key="x" * 32, database=Path(directory) / "textdesk.db"))
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def _compiled(
    environment: Environment, source: Any, name: str | None = None, filename: str | None = None, *more: Any
) -> Any:
    if more or not isinstance(source, str):
        return _compile(environment, source, name, filename, *more)
    return _code_of(_Known(environment), source, name, filename)


def _builder_of(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What puts the address of a route together: it is told which route, so those of other apps share it."""
    if rule.defaults:
        return _compile_builder(rule, append_unknown)
    key = (rule.rule, tuple(rule._trace), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


class _Known:
    """An environment; those of one kind make the same of a template."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._kind = (type(environment), environment.undefined, frozenset(environment.filters))

    def __hash__(self) -> int:
        return hash(self._kind)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self._kind == other._kind


@cache
def _code_of(known: _Known, source: str, name: str | None, filename: str | None) -> CodeType:
    return _compile(known.environment, source, name, filename)

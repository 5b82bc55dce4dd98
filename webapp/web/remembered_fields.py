"""Fields of forms as pages show them, made once: a list's filter is the same on most of its pages.

Only a field in which nothing is wrong; what is in its key is all that its markup can depend on. Text that is
typed is never kept.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from flask import Flask
from markupsafe import Markup, escape
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice

from webapp.web.batch_field import BatchField

MOST_REMEMBERED = 1024
_TYPED_IN = (StringField, TextAreaField, DateField, TimeField, IntegerField, DecimalField)
_KNOWN = {*_TYPED_IN, SelectField, BatchField, BooleanField}
_PLAIN = {str, int, bool, type(None)}
# Stands for the text in the markup around it; what somebody types is put there, escaped.
_PLACE = "9182736455463728"


def init_app(app: Flask) -> None:
    app.jinja_env.filters["remembered_field"] = remembered_field


def remembered_field(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """The macro that shows a whole field, with what it made kept by how the field looks."""
    made: dict[Hashable, Markup] = {}

    def show(field: Field, **options: Any) -> Markup:
        look = look_of(field, options)
        known = made.get(look)
        if known is not None:
            return known
        if type(field) is StringField and field.data and field.data != _PLACE:
            return _with_text(field, lambda: show(field, **options))
        markup = macro(field, **options)
        if look is not None:
            if len(made) >= MOST_REMEMBERED:
                made.clear()
            made[look] = markup
        return markup

    show.made = made  # type: ignore[attr-defined]
    return show


def _with_text(field: Field, show: Callable[[], Markup]) -> Markup:
    """What is typed is put into the markup that stands around it: only that is kept."""
    typed, field.data = field.data, _PLACE
    try:
        before, _, after = show().partition(_PLACE)
    finally:
        field.data = typed
    return before + escape(typed) + after


def look_of(field: Field, options: Mapping[str, Any]) -> Hashable | None:
    """Equal for fields that look the same, down to what is escaped; None for one that is not to be kept."""
    kind = type(field)
    if kind not in _KNOWN or field.errors or field.render_kw:
        return None
    held = _held(field, kind)
    given = None if held is None else _typed(options)
    if held is None or given is None:
        return None
    label, words = field.label.text, field.description
    flags = tuple(vars(field.flags).items())
    return kind, field.id, field.name, type(label), label, type(words), words, flags, held, given


def _held(field: Field, kind: type[Field]) -> Hashable | None:
    if kind in _TYPED_IN:
        typed = field._value()
        # Days and numbers that were understood hold nothing else.
        is_harmless = typed in ("", _PLACE) or (kind in (DateField, DecimalField) and field.data is not None)
        return typed if is_harmless else None
    if kind is BooleanField:
        return bool(field.data), field._value()
    if not isinstance(field.choices, list):
        return None
    held = [field.data, field.coerce]
    for choice in field.choices:
        if type(choice) is not SelectChoice or choice.render_kw or choice.optgroup:
            return None
        held.extend((type(choice.value), choice.value, type(choice.label), choice.label))
    return tuple(held)


def _typed(options: Mapping[str, Any]) -> tuple[Hashable, ...] | None:
    """With their types: text that still has to be escaped is equal to markup that must not be."""
    given: list[Any] = []
    for name, option in options.items():
        if type(option) is dict:
            inner = _typed(option)
            if inner is None:
                return None
            given.extend((name, inner))
        elif type(option) in _PLAIN or type(option) is Markup:
            given.extend((name, type(option), option))
        else:
            return None
    return tuple(given)

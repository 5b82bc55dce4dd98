"""Fields that are made once: two fields that do not look the same are never shown as one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, Form, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from webapp.web.remembered_fields import MOST_REMEMBERED, look_of, remembered_field

HOSTILE = '"><script>alert(1)</script>'


class Words(Form):
    q = StringField("Look for", description="Words or a number.")
    kind = SelectField(
        "Kind", choices=[SelectChoice("", "Any"), SelectChoice("a", "A"), SelectChoice("b", HOSTILE)]
    )
    since = DateField("From")
    unread = BooleanField("Unread")
    way = RadioField("Way", choices=[SelectChoice("in", "In")])
    password = PasswordField("Password")


@pytest.fixture
def show(app: Flask) -> Iterator[Callable[..., Markup]]:
    """As pages show a field."""
    with app.test_request_context("/"):
        app.preprocess_request()
        yield app.jinja_env.get_template("ui/field.html").module.field  # type: ignore[attr-defined]


def test_the_same_field_of_another_form_is_given_again(show: Any) -> None:
    first = show(Words().kind, help="Which")
    before = len(show.made)
    assert show(Words().kind, help="Which") is first
    assert len(show.made) == before


def test_what_is_chosen_ticked_typed_or_wrong_is_shown(show: Any) -> None:
    assert '<option selected value="a">' in show(Words(data={"kind": "a"}).kind)
    assert '<option selected value="a">' not in show(Words(data={"kind": "b"}).kind)
    assert " checked" not in show(Words().unread)
    assert " checked" in show(Words(data={"unread": True}).unread)
    assert 'value="mine"' in show(Words(data={"q": "mine"}).q)
    assert "mine" not in show(Words().q)
    wrong = Words()
    wrong.q.errors = ["Not like this."]
    assert "Not like this." in show(wrong.q)
    assert "Not like this." not in show(Words().q)


def test_a_day_that_was_typed_is_kept(show: Any) -> None:
    first = show(Words(MultiDict({"since": "2026-11-01"})).since)
    assert 'value="2026-11-01"' in first
    assert show(Words(MultiDict({"since": "2026-11-01"})).since) is first
    assert 'value="2026-11-02"' in show(Words(MultiDict({"since": "2026-11-02"})).since)
    before = len(show.made)
    assert 'value="no day"' in show(Words(MultiDict({"since": "no day"})).since)
    assert len(show.made) == before


@pytest.mark.parametrize("typed", ["mine", HOSTILE, "9182736455463728", "x" * 5000, "&amp;", " "])
def test_text_that_was_typed_is_shown_as_the_macro_shows_it_and_not_kept(show: Any, typed: str) -> None:
    form = Words(data={"q": typed})
    assert escape(typed) in show(Words(data={"q": typed}).q, help="Words")
    alone: Any = remembered_field(lambda field, **options: field(**options))
    assert alone(form.q, rows=2) == form.q(rows=2)
    assert form.q.data == typed
    assert "mine" not in str(alone.made)
    assert escape(typed) in show(form.q, help="Words")
    form.q.errors = ["Not like this."]
    assert escape(typed) in show(form.q, help="Words")
    assert "Not like this." in show(form.q, help="Words")


def test_other_words_and_other_choices_are_another_field(show: Any) -> None:
    form = Words()
    assert "Seek" not in show(form.q)
    form.q.label.text = "Seek"
    assert "Seek" in show(form.q)
    form.q.description = "Anything"
    assert "Anything" in show(form.q)
    form.kind.choices = [SelectChoice("c", "C")]
    assert 'value="c"' in show(form.kind)
    assert 'value="c"' not in show(Words().kind)
    assert 'type="search"' in show(Words().q, type="search")
    assert 'id="own"' in show(Words().q, attrs={"id": "own"})
    assert 'id="own"' not in show(Words().q, attrs={})


def test_text_is_escaped_even_after_equal_markup(show: Any) -> None:
    assert "<b>help</b>" in show(Words().q, help=Markup("<b>help</b>"))
    assert "<b>help</b>" not in show(Words().q, help="<b>help</b>")
    for _ in range(2):
        assert "<script" not in show(Words().kind, label=HOSTILE, help=HOSTILE)
        assert "&lt;script" in show(Words().kind)


def test_what_somebody_typed_is_not_kept() -> None:
    assert look_of(Words(data={"q": "447400123456"}).q, {}) is None
    assert look_of(Words(data={"password": "secret"}).password, {}) is None


def test_fields_of_other_kinds_and_options_are_made_each_time() -> None:
    assert look_of(Words().way, {}) is None
    assert look_of(Words().q, {"attrs": {"hx-vals": object()}}) is None
    assert look_of(Words().q, {"rows": 3}) is not None


def test_no_more_is_kept_than_agreed() -> None:
    show: Any = remembered_field(lambda _field, rows: Markup("{}").format(rows))
    for number in range(MOST_REMEMBERED + 100):
        assert show(Words().q, rows=number) == str(number)
        assert len(show.made) <= MOST_REMEMBERED

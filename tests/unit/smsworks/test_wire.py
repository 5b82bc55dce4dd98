import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.smsworks import wire

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)
# No time limits of its own: the machine may be busy.
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ('{"content": "café €"}'.encode(), "UTF-8"),
        ('{"content": "café €"}'.encode(), None),
        ('{"content": "café €"}'.encode(), "ISO-8859-1"),
        ('{"content": "café €"}'.encode(), "no-such-charset"),
        ('\ufeff{"content": "café €"}'.encode(), "UTF-8"),
        ('{"content": "café €"}'.encode("cp1252"), "windows-1252"),
        ('{"content": "café €"}'.encode("utf-16"), "utf-16"),
        (b'{"content": "caf\\u00e9 \\u20ac"}', "ascii"),
    ],
)
def test_a_body_is_read_whatever_its_charset(body: bytes, charset: str | None) -> None:
    assert wire.parse_json(body, charset) == {"content": "café €"}


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"messageid": "1', b"[" * 100_000, b"9" * 5000, b"\xff\xfe\x00"]
)
def test_a_body_that_is_not_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(wire.Unreadable):
        wire.parse_json(body, "utf-8")


def test_half_a_surrogate_pair_is_replaced_everywhere_and_a_whole_one_kept() -> None:
    body = rb'{"content": "a\ud83db", "list": ["\udc00"], "\ud800": 1, "fine": "\ud83d\ude00 \ufeff"}'
    document = wire.parse_json(body, None)
    assert document == {"content": "a�b", "list": ["�"], "�": 1, "fine": "😀 \ufeff"}
    assert json.dumps(document, ensure_ascii=False).encode()


@pytest.mark.parametrize("half", [rb"\ud83d", rb"\uD83D", rb"\uDe00"])
@pytest.mark.parametrize("charset", [None, "raw_unicode_escape"])
@pytest.mark.parametrize("letter", ["é".encode(), "é".encode("latin-1")], ids=["UTF-8", "Latin 1"])
def test_half_a_surrogate_pair_is_replaced_however_it_is_written(
    half: bytes, charset: str | None, letter: bytes
) -> None:
    assert wire.parse_json(b'["' + letter + half + b'"]', charset) == ["é\ufffd"]


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_becomes_null(literal: str) -> None:
    assert wire.parse_json(f'{{"credits": {literal}}}'.encode(), None) == {"credits": None}


MESSAGE = {"messageid": "1", "status": "SENT"}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([MESSAGE, MESSAGE], 2),
        ([], 0),
        ({"messages": [MESSAGE]}, 1),
        ({"messages": []}, 0),
        (MESSAGE, 1),
        ({"id": 7}, 1),
    ],
)
def test_a_list_may_be_an_array_wrapped_or_one_object(document: object, expected: int) -> None:
    assert len(wire.records(document)) == expected


@pytest.mark.parametrize(
    "document", [None, {}, {"message": "Unauthorized"}, [None], ["a"], {"messages": "none"}, "text", 5]
)
def test_what_may_only_look_like_an_empty_list_is_unreadable(document: object) -> None:
    with pytest.raises(wire.Unreadable):
        wire.records(document)


@pytest.mark.parametrize("document", [None, [], [MESSAGE, MESSAGE], ["a"], "text"])
def test_what_is_not_one_object_is_unreadable(document: object) -> None:
    with pytest.raises(wire.Unreadable):
        wire.record(document)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (447400123456, "447400123456"),
        (447400123456.0, "447400123456"),
        ("447400123456", "447400123456"),
        ("447400123456.0", "447400123456"),
        (" +44 7400 123-456 ", "447400123456"),
        ("Clinic", "Clinic"),
        ("Room 12", "Room 12"),
        ("-", "-"),
        (None, ""),
        (True, "true"),
    ],
)
def test_a_number_is_digits_in_whatever_type_it_came(value: object, expected: str) -> None:
    assert wire.digits(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (180.5, Decimal("180.5")),
        (0.1, Decimal("0.1")),
        (180, Decimal(180)),
        ("2.5", Decimal("2.5")),
        (-3, Decimal(-3)),
        (0, Decimal(0)),
        (None, None),
        (True, None),
        ("", None),
        ("lots", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e999999999", None),
        pytest.param(10**5000, None, id="huge"),
        ([1], None),
    ],
)
def test_credits_are_exact_or_none(value: object, expected: Decimal | None) -> None:
    assert wire.number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(3, 3), (3.0, 3), ("3", 3), (2.5, None), (None, None), ("three", None)]
)
def test_whole_numbers_stay_whole(value: object, expected: int | None) -> None:
    assert wire.whole_number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), ("true", True), (0, False), ("False", False), (None, None), ("perhaps", None), ({}, None)],
)
def test_permanent_is_true_false_or_unknown(value: object, expected: bool | None) -> None:
    assert wire.flag(value) is expected


@pytest.mark.parametrize(
    "value",
    [
        [{"key": "colour", "value": "red"}, {"key": "size", "value": 4}],
        {"colour": "red", "size": 4},
        {"schema": [{"key": "colour", "value": "red"}, {"key": "size", "value": "4"}]},
        {"schema": {"colour": "red", "size": "4"}},
        [{"colour": "red"}, {"size": 4.0}],
    ],
)
def test_metadata_is_read_in_every_form(value: object) -> None:
    assert wire.metadata(value) == {"colour": "red", "size": "4"}


def test_one_pair_and_its_wrapping_are_read_too() -> None:
    assert wire.metadata({"key": "colour", "value": "red"}) == {"colour": "red"}
    assert wire.metadata({"schema": {"key": "colour", "value": None}}) == {"colour": ""}
    assert wire.metadata({"schema": "colour"}) == {"schema": "colour"}


@pytest.mark.parametrize("value", [None, "", "text", 5, [], {}, [None, "a", []]])
def test_no_metadata_is_an_empty_map(value: object) -> None:
    assert wire.metadata(value) == {}


@SETTINGS
@given(ANY_JSON)
def test_reading_a_field_never_fails(value: Any) -> None:
    assert isinstance(wire.text(value), str)
    assert isinstance(wire.digits(value), str)
    assert wire.number(value) is None or wire.number(value).is_finite()
    assert wire.flag(value) in (True, False, None)
    assert all(isinstance(word, str) for pair in wire.metadata(value).items() for word in pair)


@SETTINGS
@given(ANY_JSON)
def test_what_is_parsed_can_be_written_and_stored_again(value: Any) -> None:
    document = wire.parse_json(json.dumps(value).encode(), None)
    assert json.dumps(document, ensure_ascii=False, allow_nan=False).encode()

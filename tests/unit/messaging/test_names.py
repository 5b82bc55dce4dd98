"""What a row of a list says somebody is called."""

import pytest

from webapp.messaging.names import MOST_CHARACTERS, find_name_columns, read_name


def name_in(headers: str, *values: str, number_column: int | None = 0) -> str:
    """`headers` and `values` stand beside a column of numbers, the first."""
    choices = find_name_columns(["Mobile", *headers.split("|")], number_column=number_column)
    return read_name(["07400 123456", *values], choices)


@pytest.mark.parametrize(
    "header",
    [
        *("name", "Name", "NAME", " name: ", "Full name", "full_name", "Full-Name", "FULLNAME", "Ｎａｍｅ"),
        *("Patient", "Patient name", "Patient's name", "client", "Customer Name", "contact", "Tenant"),
    ],
)
def test_one_column_says_that_it_is_a_name(header: str) -> None:
    assert name_in(f"Ward|{header}", "A", "Jane Smith") == "Jane Smith"


@pytest.mark.parametrize(
    ("headers", "values", "name"),
    [
        ("First name|Last name", ("Jane", "Smith"), "Jane Smith"),
        ("Surname|Forename", ("Smith", "Jane"), "Jane Smith"),
        ("Given Name|Ward|Family Name", ("Jane", "A", "Smith"), "Jane Smith"),
        ("Name|Surname", ("Jane", "Smith"), "Jane Smith"),
        ("Name|Surname", ("Jane Smith", "Smith"), "Jane Smith"),
        ("First name|Last name", ("Jane", ""), "Jane"),
        ("First name|Last name", ("", "Smith"), "Smith"),
        ("First name", ("Jane",), "Jane"),
        ("Surname", ("Smith",), "Smith"),
        ("Full name|First name|Last name", ("", "Jane", "Smith"), "Jane Smith"),
        ("Name|First name|Last name", ("J. Smith", "Jane", "Smith"), "J. Smith"),
        ("Contact|First name|Last name", ("by post", "Jane", "Smith"), "Jane Smith"),
    ],
)
def test_of_several_columns_the_likeliest_is_read(headers: str, values: tuple[str, ...], name: str) -> None:
    assert name_in(headers, *values) == name


@pytest.mark.parametrize(
    ("headers", "values"),
    [
        ("Ward|Clinician", ("A", "Dr Jones")),
        ("Column B", ("Jane Smith",)),
        ("Username", ("jsmith",)),
        ("Clinic name", ("Elm Street",)),
        ("Patient", ("P12045",)),
        ("Customer", ("no. 7",)),
        ("Contact", ("jane@example.org",)),
        ("Name", ("jane@example.org",)),
        ("Name", ("07400 123457",)),
        ("Name", ("–",)),
        ("Name", ("",)),
        ("Name", ()),
    ],
)
def test_nothing_else_is_taken_for_a_name(headers: str, values: tuple[str, ...]) -> None:
    assert name_in(headers, *values) == ""


def test_the_column_of_the_numbers_is_no_name() -> None:
    choices = find_name_columns(["Contact", "Ward"], number_column=0)
    assert choices == ()


def test_without_headings_there_are_no_columns() -> None:
    assert find_name_columns([], number_column=None) == ()


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("  Jane \n  Smith\t", "Jane Smith"),
        ("Jane\u00a0Smith", "Jane Smith"),
        ("Jane\x00\x07 Smith\u202e", "Jane Smith"),
        ("\u2066Jane\u2069", "Jane"),
        ("<b>Jane</b>", "<b>Jane</b>"),
        ("Zoë O’Brien-Núñez", "Zoë O’Brien-Núñez"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("李小龍", "李小龍"),
        ("Jane (room 4)", "Jane (room 4)"),
    ],
)
def test_a_name_stands_as_it_was_typed_but_for_what_cannot_be_seen(value: str, name: str) -> None:
    assert name_in("Name", value) == name


def test_a_name_is_cut_off_where_it_is_too_long_to_be_one() -> None:
    cut = name_in("Name", "Jane " * 40)
    assert len(cut) <= MOST_CHARACTERS
    assert cut.endswith("Jane…")
    assert name_in("Name", "J" * MOST_CHARACTERS) == "J" * MOST_CHARACTERS

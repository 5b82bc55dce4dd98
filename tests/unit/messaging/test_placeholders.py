import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.messaging.placeholders import (
    PlaceholderRefused,
    Template,
    columns_of,
    compile_template,
    renderer,
    same_name,
)


def refusal_of(content: str) -> str:
    with pytest.raises(PlaceholderRefused) as caught:
        compile_template(content)
    assert caught.value.message == str(caught.value)
    return caught.value.message


@pytest.mark.parametrize(
    "spelling",
    [
        "first name",
        "First Name",
        "FIRST_NAME",
        "firstname",
        " first  name ",
        "first\u00a0name",
        "ﬁrst\u200bname",
    ],
)
def test_case_spaces_and_underscores_do_not_matter(spelling):
    assert same_name(spelling) == same_name("First name")
    assert compile_template(f"Dear (({spelling})),").render({"First_name": "Sam"}) == "Dear Sam,"


def test_hyphens_and_accents_do_matter():
    assert same_name("e-mail") != same_name("email")
    assert same_name("André") != same_name("Andre")


def test_names_are_listed_once_as_first_typed():
    template = compile_template("((Name)), ((date)): ((name)) ((NAME))")
    assert template.names == ("Name", "date")
    assert template.slots == ("Name", "date", "name", "NAME")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Hello", "Hello"),
        ("(see (a))", "(see (a))"),
        ("Call (24h) now))", "Call (24h) now))"),
        ("(((name)))", "(Sam)"),
        ("100% ((name)) %s %(x)s", "100% Sam %s %(x)s"),
        ("((Amount (£))) due", "£5 due"),
        ("((name))((name))", "SamSam"),
        ("( (name))", "( (name))"),
        ("", ""),
    ],
)
def test_what_brackets_mean(content, expected):
    template = compile_template(content)
    values = {"name": "Sam", "Amount (£)": "£5"}
    assert template.render(values) == expected
    slots = tuple({"name": "Sam"}.get(same_name(slot), "£5") for slot in template.slots)
    assert renderer(template)(slots) == expected


@pytest.mark.parametrize(
    "content", ["Dear ((name", "Dear ((name)", "((name) x)", "((\nname))", ":((", "((a ((b))", "((a)) ((b"]
)
def test_an_open_bracket_is_refused_and_shown(content):
    message = refusal_of(content)
    assert "not closed" in message
    assert "“((" in message


@pytest.mark.parametrize("content", ["(())", "Dear (( )),", "((_))", "((\u200b))"])
def test_a_placeholder_without_a_name_is_refused(content):
    assert "no name" in refusal_of(content)


def test_a_value_that_looks_like_a_placeholder_arrives_as_it_stands():
    assert compile_template("Dear ((name))").render({"name": "((date))"}) == "Dear ((date))"


def test_columns_are_found_by_any_spelling():
    template = compile_template("((name)) ((Date)) ((name))")
    assert columns_of(template, ["Mobile", "NAME ", "d_a_t_e"]) == (1, 2, 1)


def test_of_two_columns_with_one_name_the_first_counts():
    assert columns_of(compile_template("((name))"), ["Mobile", "Name", "name"]) == (1,)


def test_all_placeholders_without_a_column_are_named():
    with pytest.raises(PlaceholderRefused) as caught:
        columns_of(compile_template("((name)) ((date)) ((time))"), ["Mobile", "Time", ""])
    assert caught.value.message == "No column for ((name)), ((date)). The file's columns are: Mobile, Time."


def test_a_text_without_placeholders_is_not_personal():
    assert not compile_template("Hello").is_personal
    assert compile_template("Hello ((name))").is_personal


brackets = st.text(alphabet=st.sampled_from("(()) a_%s{}\n£")) | st.text()


@given(brackets)
def test_any_text_is_read_or_refused_and_nothing_gets_lost(content):
    try:
        template = compile_template(content)
    except PlaceholderRefused:
        return
    assert len(template.literals) == len(template.slots) + 1
    assert not any("((" in literal for literal in template.literals)
    if not template.is_personal:
        assert template.fill([]) == content


@given(st.lists(st.tuples(st.from_regex("[a-z]{1,5}", fullmatch=True), st.text())))
def test_the_fast_rendering_is_the_plain_one(pairs):
    content = " ".join(f"(({name}))" for name, _ in pairs)
    template = compile_template(content)
    values = dict(pairs)
    by_slot = tuple(values[slot] for slot in template.slots)
    assert renderer(template)(by_slot) == template.fill(by_slot) == template.render(values)


@given(brackets, st.text())
def test_rendering_puts_the_value_where_the_placeholder_was(around, value):
    literal = around.replace("(", "[")
    template = compile_template(f"{literal}((name)){literal}")
    assert isinstance(template, Template)
    assert template.render({"NAME": value}) == literal + value + literal

from collections.abc import Collection, Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.messaging.content import ContentRefused
from webapp.messaging.numbers import NumberRefused, country_of, parse_number
from webapp.messaging.placeholders import PlaceholderRefused, compile_template
from webapp.messaging.segments import segment_content
from webapp.services.imports.judging import JudgedRow, Rules, TakenBy, Verdict, judge_row, judge_rows
from webapp.services.imports.rows import SheetRow
from webapp.services.imports.tally import Tally

TEXT = "Dear ((name)), come on ((date))"
SAM = SheetRow(2, ("Sam", "07400 123456", "Monday"))


class Prices:
    """Credits a segment, and which numbers were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, digits: str) -> Decimal:
        self.asked.append(digits)
        return Decimal(1) if country_of(digits) == "GB" else Decimal("2.5")


def rules(
    content: str = TEXT,
    *,
    opted_out: Collection[str] = (),
    required: Collection[str] | None = None,
    country: str = "GB",
    prices: Prices | None = None,
) -> Rules:
    return Rules(
        number_column=1,
        names=("Name", "Mobile", "Date"),
        template=compile_template(content),
        is_opted_out=set(opted_out).__contains__,
        price_of=prices or Prices(),
        required=required,
        country=country,
    )


def judged(*rows: tuple[str, ...], **options: object) -> list[JudgedRow]:
    numbered = [SheetRow(at, row) for at, row in enumerate(rows, start=2)]
    return list(judge_rows(numbered, rules(**options)))  # type: ignore[arg-type]


def test_a_good_row_has_its_number_text_segments_and_price() -> None:
    (row,) = judge_rows([SAM], rules())
    assert row == JudgedRow(
        2, SAM.values, Verdict.VALID, None, "447400123456", "Dear Sam, come on Monday", 1, Decimal(1)
    )


def test_where_all_get_the_same_no_text_is_kept() -> None:
    (row,) = judge_rows([SAM], rules("x" * 200))
    assert (row.content, row.segments, row.credits) == (None, 2, Decimal(2))


def test_a_bad_number_says_why() -> None:
    damaged, landline = judged(("Sam", "4.474E+11", "Monday"), ("Ada", "0207 946 0958", "Monday"))
    assert (damaged.verdict, landline.verdict) == (Verdict.INVALID, Verdict.INVALID)
    assert "spreadsheet shortened this number" in (damaged.reason or "")
    assert "landline" in (landline.reason or "")


def test_empty_rows_and_rows_without_a_number_are_told_apart() -> None:
    blank, no_number, short = judged((), ("Sam", " ", "Monday"), ("Sam",))
    assert {blank.verdict, no_number.verdict, short.verdict} == {Verdict.EMPTY}
    assert (blank.reason, no_number.reason) == ("The row is empty.", "There is no number in this row.")


def test_the_same_number_in_another_form_is_a_duplicate_of_the_first() -> None:
    _, again = judged(("Sam", "07400 123456", "Monday"), ("Sam", "+44 7400 123456", "Monday"))
    assert (again.verdict, again.first_row, again.clashes) == (Verdict.DUPLICATE, 2, False)
    assert again.reason == "The same number as row 2, which is sent."
    assert again.credits == 0


def test_a_duplicate_with_another_text_clashes() -> None:
    _, again = judged(("Sam", "07400 123456", "Monday"), ("Sam", "07400 123456", "Friday"))
    assert (again.verdict, again.clashes) == (Verdict.DUPLICATE, True)
    assert "Its text is different." in (again.reason or "")


def test_only_a_row_that_is_sent_takes_the_number() -> None:
    first, second, third = judged(
        ("Sam", "07400 123456", ""), ("Sam", "07400 123456", "Monday"), ("Sam", "07400 123456", "")
    )
    assert (first.verdict, second.verdict) == (Verdict.MISSING_PLACEHOLDER, Verdict.VALID)
    assert (third.verdict, third.first_row) == (Verdict.DUPLICATE, 3)


def test_opted_out_numbers_are_left_out_each_time() -> None:
    rows = judged(SAM.values, SAM.values, opted_out={"447400123456"})
    assert [row.verdict for row in rows] == [Verdict.OPTED_OUT, Verdict.OPTED_OUT]


def test_what_is_missing_is_named_once() -> None:
    (row,) = judged(("", "07400 123456", " "), content="((name)) ((date)) ((NAME))")
    assert row.reason == "Nothing to put in for ((NAME)) and ((date))."


def test_only_required_placeholders_must_be_there() -> None:
    (row,) = judged(("Sam", "07400 123456", ""), required={"Name"})
    assert (row.verdict, row.content) == (Verdict.VALID, "Dear Sam, come on ")


@pytest.mark.parametrize(
    ("value", "words"),
    [("x" * 1280, "Shorten it by"), ("\x07", "control character"), ("\ufffd", "arrived broken")],
)
def test_a_text_that_cannot_be_sent_says_why(value: str, words: str) -> None:
    (row,) = judged((value, "07400 123456", "Monday"))
    assert row.verdict is Verdict.TOO_LONG
    assert words in (row.reason or "")


def test_problems_count_only_in_columns_that_are_used() -> None:
    values = ("Sam", "07400 123456", "Monday", "")
    unused = SheetRow(2, values, {3: "Column D shows the error #N/A."})
    used = SheetRow(3, values, {2: "Column C shows the error #N/A."})
    first, second = judge_rows([unused, used], rules())
    assert first.verdict is Verdict.VALID
    assert (second.verdict, second.reason) == (Verdict.INVALID, "Column C shows the error #N/A.")


def test_a_price_is_asked_for_once_a_country() -> None:
    prices = Prices()
    numbers = ("07400 123456", "07400 123457", "+353 85 012 3456", "+353 85 012 3457")
    rows = judged(*[("Sam", number, "Monday") for number in numbers], prices=prices)
    assert [row.credits for row in rows] == [1, 1, Decimal("2.5"), Decimal("2.5")]
    assert prices.asked == ["447400123456", "353850123456"]


def test_a_number_without_code_belongs_to_the_country_asked_for() -> None:
    (row,) = judged(("Sam", "085 012 3456", "Monday"), country="IE")
    assert row.digits == "353850123456"


def test_a_text_that_names_no_column_is_refused_before_any_row() -> None:
    with pytest.raises(PlaceholderRefused, match=r"No column for \(\(time\)\)"):
        judge_rows(iter(()), rules("((time))"))


def test_a_text_for_all_that_cannot_be_sent_is_refused_before_any_row() -> None:
    with pytest.raises(ContentRefused):
        judge_rows(iter(()), rules("x" * 1281))


def test_rows_are_judged_one_at_a_time() -> None:
    def rows() -> Iterator[SheetRow]:
        yield SAM
        raise AssertionError("a second row was taken before it was asked for")

    assert next(judge_rows(rows(), rules())).verdict is Verdict.VALID


def test_a_corrected_row_is_judged_like_any_other() -> None:
    row = judge_row(SAM, rules(), lambda _digits: None)
    assert row.verdict is Verdict.VALID
    other = TakenBy(7, "Dear Sam, come on Monday")
    row = judge_row(SAM, rules(), {"447400123456": other}.get)
    assert (row.verdict, row.first_row, row.clashes) == (Verdict.DUPLICATE, 7, False)
    row = judge_row(SAM, rules(), {"447400123456": TakenBy(7, "Another")}.get)
    assert row.clashes


def the_plain_way(rows: list[SheetRow]) -> list[tuple[Verdict, str | None, int]]:
    """The same rules, written down without any haste."""
    seen, verdicts = set[str](), []
    for row in rows:
        name, typed, date = (*row.values, "", "", "")[:3]
        try:
            digits = parse_number(typed)
        except NumberRefused as refused:
            empty = refused.problem == "empty"
            verdicts.append((Verdict.EMPTY if empty else Verdict.INVALID, None, 0))
            continue
        content = f"Dear {name.strip()}, come on {date.strip()}"
        if digits in seen:
            verdicts.append((Verdict.DUPLICATE, digits, 0))
        elif not name.strip() or not date.strip():
            verdicts.append((Verdict.MISSING_PLACEHOLDER, digits, 0))
        else:
            seen.add(digits)
            verdicts.append((Verdict.VALID, digits, segment_content(content).segments))
    return verdicts


typed_numbers = st.sampled_from(
    [
        "07400 123456",
        "+447400123456",
        "7400123457",
        "07400123458.0",
        "",
        "x",
        "0207 946 0958",
        "+353850123456",
    ]
)
words = st.text(st.sampled_from("abé’€ "), max_size=90)
some_rows = st.lists(
    st.tuples(words, typed_numbers, words) | st.tuples(words, typed_numbers) | st.tuples(words), max_size=12
).map(lambda rows: [SheetRow(at, row) for at, row in enumerate(rows, start=2)])


@settings(deadline=None)
@given(some_rows)
def test_the_short_way_comes_to_the_plain_verdict_and_the_counts_add_up(rows: list[SheetRow]) -> None:
    tally = Tally()
    found = list(judge_rows(rows, rules()))
    for row in found:
        tally.add(row)
    assert [(row.verdict, row.digits, row.segments) for row in found] == the_plain_way(rows)
    assert tally.rows == len(rows) == sum(tally.counts.values())
    assert tally.segments == sum(row.segments for row in found)
    assert tally.credits == sum(row.credits for row in found)

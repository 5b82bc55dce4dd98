from decimal import Decimal

from webapp.services.imports.judging import JudgedRow, Verdict
from webapp.services.imports.tally import Tally


def valid(number: int, content: str | None, segments: int = 1) -> JudgedRow:
    return JudgedRow(number, (), Verdict.VALID, None, "447400123456", content, segments, Decimal(segments))


def test_counts_credits_and_spread_add_up() -> None:
    tally = Tally()
    for row in (
        valid(2, "a"),
        valid(3, "b", 2),
        valid(4, "c", 2),
        JudgedRow(5, (), Verdict.EMPTY),
        JudgedRow(6, (), Verdict.DUPLICATE, clashes=True),
        JudgedRow(7, (), Verdict.DUPLICATE),
    ):
        tally.add(row)
    assert (tally.rows, tally.valid, tally.clashes) == (6, 3, 1)
    assert tally.counts == {Verdict.VALID: 3, Verdict.EMPTY: 1, Verdict.DUPLICATE: 2}
    assert (tally.segments, tally.credits, dict(tally.spread)) == (5, Decimal(5), {1: 1, 2: 2})


def test_samples_are_the_first_and_the_longest_are_the_longest() -> None:
    tally = Tally()
    lengths = [3, 9, 1, 9, 7, 2, 8, 9, 5]
    for number, length in enumerate(lengths, start=2):
        tally.add(valid(number, "x" * length))
    assert [row.number for row in tally.samples] == [2, 3, 4]
    assert [(len(row.content or ""), row.number) for row in tally.longest] == [
        (9, 3),
        (9, 5),
        (9, 9),
        (8, 8),
        (7, 6),
    ]


def test_a_short_text_of_several_segments_is_among_the_longest() -> None:
    tally = Tally()
    for number in range(2, 9):
        tally.add(valid(number, "x" * 150))
    tally.add(valid(9, "’" * 71, segments=2))
    assert [row.number for row in tally.longest] == [9, 2, 3, 4, 5]


def test_where_all_get_the_same_none_is_the_longest() -> None:
    tally = Tally()
    tally.add(valid(2, None))
    assert (tally.longest, len(tally.samples)) == ([], 1)

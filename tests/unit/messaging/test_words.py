from decimal import Decimal

import pytest

from webapp.messaging.words import ago, format_credits, join_and, plural


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 segments"), (1, "1 segment"), (2, "2 segments"), (1280, "1,280 segments"), (-1, "-1 segments")],
)
def test_plural_counts_things(count, words):
    assert plural(count, "segment") == words


def test_plural_takes_an_irregular_form():
    assert [plural(1, "reply", "replies"), plural(3, "reply", "replies")] == ["1 reply", "3 replies"]


@pytest.mark.parametrize(
    ("credits_", "words"),
    [
        ("2", "2"), ("2.0", "2"), ("2.50", "2.5"), ("0", "0"), ("-0.001", "0"), ("100", "100"),
        ("1204.75", "1,204.75"),
        ("180.49999999999997", "180.5"), ("0.005", "0.01"), ("-3.5", "-3.5"), ("1E+3", "1,000"),
    ],
)  # fmt: skip
def test_credits_lose_needless_zeros(credits_, words):
    assert format_credits(Decimal(credits_)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"), (0.9, "just now"), (1, "1 s ago"), (59.9, "59 s ago"), (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"), (172799, "47 h ago"), (172800, "2 days ago"), (864000, "10 days ago"),
    ],
)  # fmt: skip
def test_ago_rounds_down_to_one_unit(seconds, words):
    assert ago(seconds) == words


@pytest.mark.parametrize(
    ("items", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_join_and_reads_like_a_sentence(items, words):
    assert join_and(items) == words

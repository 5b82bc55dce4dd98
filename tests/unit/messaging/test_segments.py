import random
import timeit
from time import process_time

import pytest
import smsutil
from hypothesis import given, settings

from webapp.messaging.alphabet import BASIC_CHARACTERS, EXTENSION_CHARACTERS, Encoding
from webapp.messaging.segments import segment_content

from .texts import mixed_texts

FAMILY = "👨‍👩‍👧"  # 8 UTF-16 units, 5 code points
PER_SEGMENT = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}


def units_of(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return sum(2 if character in EXTENSION_CHARACTERS else 1 for character in text)
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


def agrees_with_smsutil(content: str) -> bool:
    ours, oracle = segment_content(content), smsutil.split(content)
    return ours.parts == tuple(part.content for part in oracle.parts) and (
        ours.encoding == (Encoding.GSM_7 if oracle.encoding == "gsm0338" else Encoding.UCS_2)
    )


@pytest.mark.parametrize(
    ("content", "encoding", "units", "segments", "units_left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("a", "GSM-7", 1, 1, 159),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("a" * 306, "GSM-7", 306, 2, 0),
        ("a" * 307, "GSM-7", 307, 3, 152),
        ("a" * 1224, "GSM-7", 1224, 8, 0),
        ("a" * 1225, "GSM-7", 1225, 9, 152),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("€" * 81, "GSM-7", 162, 2, 143),
        ("a" * 158 + "€", "GSM-7", 160, 1, 0),
        ("a" * 159 + "€", "GSM-7", 161, 2, 145),
        ("line one\r\nline two", "GSM-7", 18, 1, 142),
        ("Ç", "GSM-7", 1, 1, 159),
        ("ç", "UCS-2", 1, 1, 69),
        ("`", "UCS-2", 1, 1, 69),
        ("\t", "UCS-2", 1, 1, 69),
        ("\u00a0", "UCS-2", 1, 1, 69),
        ("’" * 70, "UCS-2", 70, 1, 0),
        ("’" * 71, "UCS-2", 71, 2, 63),
        ("’" * 134, "UCS-2", 134, 2, 0),
        ("’" * 135, "UCS-2", 135, 3, 66),
        ("’€", "UCS-2", 2, 1, 68),
        ("🙂", "UCS-2", 2, 1, 68),
        ("🙂" * 35, "UCS-2", 70, 1, 0),
        ("🙂" * 36, "UCS-2", 72, 2, 61),
        (FAMILY, "UCS-2", 8, 1, 62),
        (FAMILY * 9, "UCS-2", 72, 2, 62),
    ],
)
def test_a_text_counts_as_the_standard_says(content, encoding, units, segments, units_left):
    found = segment_content(content)
    assert (found.encoding, found.units, found.segments, found.units_left) == (
        encoding,
        units,
        segments,
        units_left,
    )


def test_an_empty_text_has_no_parts():
    assert segment_content("").parts == ()


def test_an_extension_character_at_the_boundary_moves_whole_to_the_next_segment():
    content = "a" * 152 + "€" + "b" * 100
    assert segment_content(content).parts == ("a" * 152, "€" + "b" * 100)


def test_an_extension_character_that_just_fits_stays():
    content = "a" * 151 + "€" + "b" * 100
    assert segment_content(content).parts == ("a" * 151 + "€", "b" * 100)


def test_a_septet_lost_before_an_extension_character_can_cost_a_segment():
    content = ("a" * 152 + "€") * 2
    found = segment_content(content)
    assert (found.units, found.segments) == (308, 3)
    assert found.parts == ("a" * 152, "€" + "a" * 151, "a€")


def test_a_surrogate_pair_at_the_boundary_moves_whole_to_the_next_segment():
    content = "’" * 66 + "🙂" + "b" * 10
    assert segment_content(content).parts == ("’" * 66, "🙂" + "b" * 10)


def test_a_joined_emoji_is_cut_between_its_code_points_and_never_through_one():
    parts = segment_content("’" * 64 + FAMILY).parts
    assert parts == ("’" * 64 + "👨\u200d", "👩\u200d👧")


def test_escape_is_no_character_of_the_alphabet():
    assert segment_content("\x1b").encoding is Encoding.UCS_2


def test_a_lone_surrogate_counts_as_one_unit():
    assert segment_content("\ud83d").units == 1


@settings(max_examples=400, deadline=None)
@given(mixed_texts)
def test_every_random_text_is_cut_where_smsutil_cuts_it(content):
    assert content == "" or agrees_with_smsutil(content)


def test_thousands_of_long_mixed_texts_are_cut_where_smsutil_cuts_them():
    dice = random.Random(3)
    alphabets = [
        "abc€",
        "[]{}^~x",
        "".join(sorted(BASIC_CHARACTERS)),
        "ab🙂",
        "’ab",
        "中文🙂é",
        "a" * 50 + "€",
    ]
    for _ in range(4000):
        content = "".join(dice.choices(dice.choice(alphabets), k=dice.randint(1, 700)))
        assert agrees_with_smsutil(content), content


@pytest.mark.parametrize(("content", "theirs"), [("", "utf_16_be"), ("\x1b", "gsm0338")])
def test_smsutil_differs_on_the_empty_text_and_on_escape_only_as_we_mean_to(content, theirs):
    # smsutil calls an empty text one UCS-2 part, and ESC, a mere prefix in the standard, a character.
    assert smsutil.split(content).encoding == theirs
    assert not agrees_with_smsutil(content)


@settings(max_examples=200, deadline=None)
@given(mixed_texts)
def test_parts_joined_give_the_text_back_and_keep_their_limit(content):
    found = segment_content(content)
    single, joined = PER_SEGMENT[found.encoding]
    limit = single if found.segments <= 1 else joined
    sizes = [units_of(part, found.encoding) for part in found.parts]
    assert "".join(found.parts) == content
    assert all(0 < size <= limit for size in sizes)
    assert sum(sizes) == found.units
    assert found.units_left == limit - (sizes or [0])[-1]
    assert found.segments == len(found.parts)


@pytest.mark.parametrize("content", ["a" * 1280, "aéΔ€" * 320, "a🙂" * 640, "a" * 1279 + "’"])
def test_the_longest_text_is_counted_in_well_under_a_millisecond(content):
    best = min(timeit.repeat(lambda: segment_content(content), timer=process_time, number=20, repeat=10)) / 20
    assert best < 0.001

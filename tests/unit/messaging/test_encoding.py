import unicodedata

import pytest
from hypothesis import given, settings

from webapp.messaging.alphabet import BASIC_CHARACTERS, EXTENSION_CHARACTERS, is_gsm
from webapp.messaging.encoding import (
    CostlyEffect,
    Encoding,
    costly_characters,
    encoding_of,
    with_plain_characters,
)
from webapp.messaging.plain import plain_form
from webapp.messaging.segments import segment_content

from .texts import gsm_texts, mixed_texts

SMILE = "🙂"
EMOJI = [
    "🙂",
    "👍🏽",
    "👨‍👩‍👧",
    "🇬🇧",
    "1️⃣",
    "❤️",
    "✔",
    "☎",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "©️",
]
OTHER_SCRIPTS = [
    "Привет",
    "Γειά σου",
    "שלום",
    "مرحبا",
    "नमस्ते",
    "你好",
    "こんにちは",
    "안녕",
    "สวัสดี",
    "й",
    "и\u0306",
]


def test_the_alphabet_has_127_characters_and_ten_more_of_two_septets():
    assert len(BASIC_CHARACTERS) == 127
    assert set("\f^{}\\[~]|€") == EXTENSION_CHARACTERS
    assert not BASIC_CHARACTERS & EXTENSION_CHARACTERS


@pytest.mark.parametrize(
    "content", ["", "Hello", "@£$¥èéùìòÇ\nØø\rÅå", "ΔΦΓΛΩΠΨΣΘΞ", "{[€]}~^|\\\f", "ÄÖÑÜ§¿äöñüà"]
)
def test_gsm_text_is_gsm_7(content):
    assert encoding_of(content) is Encoding.GSM_7


@pytest.mark.parametrize("character", list("ç`’“–…\u00a0\t•áíóúê°🙂α\u200b\ufeff\x1b\0\ud800"))
def test_one_foreign_character_makes_the_text_ucs_2(character):
    assert encoding_of(f"Hello{character}there") is Encoding.UCS_2


def test_costly_characters_come_in_order_of_appearance_with_name_count_and_replacement():
    found = costly_characters("It’s – for you… it’s\u00a0free 🙂 €5")
    assert [(c.character, c.name, c.count, c.replacement) for c in found] == [
        ("’", "curly apostrophe", 2, "'"),
        ("–", "long dash (en dash)", 1, "-"),
        ("…", "three-dot ellipsis", 1, "..."),
        ("\u00a0", "non-breaking space", 1, " "),
        ("🙂", "slightly smiling face", 1, None),
    ]
    assert {c.effect for c in found} == {CostlyEffect.FORCES_UCS2}


def test_characters_of_two_septets_are_listed_while_the_text_is_gsm_7():
    found = costly_characters("[€5] or [€6]")
    assert [(c.character, c.name, c.count, c.effect, c.replacement) for c in found] == [
        ("[", "opening square bracket", 2, CostlyEffect.COSTS_TWO, None),
        ("€", "euro sign", 2, CostlyEffect.COSTS_TWO, None),
        ("]", "closing square bracket", 2, CostlyEffect.COSTS_TWO, None),
    ]


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\t", "tab"), ("`", "backtick"), ("ê", "letter e with circumflex"),
        ("Ł", "capital letter l with stroke"),
        ("\u200b", "invisible zero-width space"), ("👨‍👩‍👧", "man + woman + girl"), ("🇬🇧", "flag GB"),
        ("1️⃣", "keycap 1"),
        ("❤️", "heavy black heart"), ("👍🏽", "thumbs up sign + fitzpatrick type-4"),
        ("ш", "cyrillic small letter sha"),
        ("e\u0301", "letter e with acute, its accent apart"), ("\ue000", "character U+E000"),
        ("\ufe0f", "invisible emoji marker"),
        ("\ud800", "character U+D800"),
    ],
)  # fmt: skip
def test_a_character_is_named_once_in_plain_words(character, name):
    (found,) = costly_characters(character)
    assert (found.character, found.name) == (character, name)


@settings(max_examples=200, deadline=None)
@given(mixed_texts)
def test_something_costly_is_listed_exactly_if_the_text_leaves_plain_septets(content):
    found = costly_characters(content)
    forces = [c for c in found if c.effect is CostlyEffect.FORCES_UCS2]
    assert bool(forces) == (encoding_of(content) is Encoding.UCS_2)
    assert bool(found) == (set(content) - BASIC_CHARACTERS != set())
    assert all(
        c.count == content.count(c.character)
        for c in found
        if len(c.character) == 1 and c.effect is CostlyEffect.COSTS_TWO
    )


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("It’s ‘here’", "It's 'here'"), ("“Hi” „du“ «oui»", '"Hi" "du" "oui"'),
        ("9–5 — now − then", "9-5 - now - then"),
        ("wait…", "wait..."), ("a\u00a0b\u2009c\u3000d\te", "a b c d e"), ("`code´", "'code'"),
        ("• one\u2028• two", "- one\n- two"),
        ("ça Çela", "ca Çela"), ("fête, naïve, Zoë", "fete, naive, Zoe"), ("Łódź Đà Nẵng", "Lodz Dà Nang"),
        ("œuf Þór ẞ", "oeuf THor SS"),
        ("ǘ ǻ", "ü å"), ("ﬁve eﬀort", "five effort"), ("ＡＢ１！｀", "AB1!'"), ("𝐇𝐞𝐲 𝟏", "Hey 1"),
        ("2 × 5 mg ≤ 10", "2 x 5 mg <= 10"),
        ("© ® ™ →", "(c) (R) (TM) ->"), ("e\u0301 e\u0302 n\u0303", "é e ñ"),
        ("sof\u00adt zero\u200bwidth\ufeff", "soft zerowidth"),
        ("call \u202a07400 123456\u202c", "call 07400 123456"), ("\u212b \u2126", "Å Ω"),
        ("x\u200b\u0301", "x"),
    ],
)  # fmt: skip
def test_plain_characters_say_the_same(typed, plain):
    assert with_plain_characters(typed) == plain
    assert encoding_of(plain) is Encoding.GSM_7


@pytest.mark.parametrize(
    "content", ["1½ tablets", "10² m", "20°C", "2·5 mg", "H₂O", "10⁻²", "①", "s\u0336a\u0336le", "＼￣"]
)
def test_what_could_change_an_amount_or_a_meaning_is_left_alone(content):
    foreign = [character for character in content if not is_gsm(character)]
    assert [c for c in with_plain_characters(content) if c in foreign] == [c for c in foreign if c != "＼"]


@pytest.mark.parametrize("content", EMOJI + OTHER_SCRIPTS)
def test_emoji_and_other_scripts_are_never_touched(content):
    assert with_plain_characters(f"{content} it’s {content}") == f"{content} it's {content}"


def test_direction_marks_stay_where_right_to_left_text_needs_them():
    assert with_plain_characters("\u200eשלום (abc)\u200e") == "\u200eשלום (abc)\u200e"


def test_every_plain_form_in_unicode_is_gsm_and_never_of_another_script():
    for code in [*range(0x20000), *range(0xE0000, 0xE01F0)]:
        character = chr(code)
        plain = None if is_gsm(character) else plain_form(character, right_to_left=False)
        if plain is None:
            continue
        assert is_gsm(plain), character
        name = unicodedata.name(character, "")
        ours = name.startswith(
            ("LATIN ", "FULLWIDTH ", "MATHEMATICAL ", "KELVIN", "ANGSTROM", "OHM", "MODIFIER")
        )
        assert ours or not character.isalpha(), name


def test_a_swap_that_would_cost_a_segment_more_is_not_made():
    content = "🙂" + "a" * 67 + "…"
    assert segment_content(content).segments == 1
    assert with_plain_characters(content) == content


@settings(max_examples=400, deadline=None)
@given(mixed_texts)
def test_plain_characters_never_cost_more_and_are_final(content):
    plain = with_plain_characters(content)
    assert segment_content(plain).segments <= segment_content(content).segments
    assert with_plain_characters(plain) == plain


@settings(max_examples=200, deadline=None)
@given(gsm_texts)
def test_a_gsm_7_text_is_left_alone(content):
    content = "".join(filter(is_gsm, content))
    assert with_plain_characters(content) == content


@settings(max_examples=200, deadline=None)
@given(mixed_texts)
def test_no_emoji_is_ever_dropped(content):
    content = f"{content}{SMILE}{content}"
    assert with_plain_characters(content).count(SMILE) == content.count(SMILE)

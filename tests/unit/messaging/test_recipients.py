import timeit
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.messaging.recipients import Recipient, read_recipients


def numbers(typed: str) -> list[str]:
    return [recipient.number for recipient in read_recipients(typed).accepted]


def test_numbers_may_stand_on_lines_or_between_commas_semicolons_and_tabs():
    typed = "07400 123456\r\n07400 123457, 07400 123458;07400 123459\t+44 7400 123460\n\n,;\n"
    assert numbers(typed) == [f"4474001234{ending}" for ending in (56, 57, 58, 59, 60)]


def test_each_entry_keeps_what_was_typed():
    (recipient,) = read_recipients("  +44 (0)7400 123 456 ").accepted
    assert recipient == Recipient("+44 (0)7400 123 456", "447400123456")


def test_a_number_given_again_in_another_form_is_listed_once_and_told():
    found = read_recipients("07400 123456\n07400 123457\n+447400123456\n7400123456")
    assert [recipient.typed for recipient in found.accepted] == ["07400 123456", "07400 123457"]
    assert found.repeated == (
        Recipient("+447400123456", "447400123456"),
        Recipient("7400123456", "447400123456"),
    )


def test_refused_entries_keep_their_words_and_reasons_in_order():
    found = read_recipients("Sam\n07400 123456\n0207 946 0958\nSam")
    assert [entry.typed for entry in found.refused] == ["Sam", "0207 946 0958", "Sam"]
    assert "letters" in found.refused[0].message
    assert "landline" in found.refused[1].message


def test_numbers_side_by_side_are_told_apart_from_one_long_number():
    (refused,) = read_recipients("07400 123456 07400 123457").refused
    assert refused.message == "There is more than one number here. Put each on its own line."


def test_a_decimal_comma_of_a_damaged_number_does_not_separate():
    found = read_recipients("4,474E+11,07400 123456")
    assert [entry.typed for entry in found.refused] == ["4,474E+11"]
    assert [entry.number for entry in found.accepted] == ["447400123456"]


def test_a_comma_before_a_damaged_number_separates():
    found = read_recipients("07400 123456,4E+11")
    assert [entry.number for entry in found.accepted] == ["447400123456"]
    assert [entry.typed for entry in found.refused] == ["4E+11"]


def test_numbers_of_another_country_can_be_the_ones_without_a_code():
    assert read_recipients("085 012 3456", country="IE").accepted[0].number == "353850123456"


def test_nothing_typed_gives_nothing():
    found = read_recipients(" \n,;\t")
    assert (found.accepted, found.refused, found.repeated) == ((), (), ())


def test_ten_thousand_pasted_numbers_are_read_in_a_moment():
    typed = "\n".join(f"07400 {ending:06d}" for ending in range(10_000))
    assert len(numbers(typed)) == 10_000
    assert timeit.timeit(lambda: read_recipients(typed), timer=process_time, number=1) < 2


@settings(deadline=None)
@given(st.lists(st.sampled_from(["07400123456", "07400 123457", "+447400123456", "x", "0207 946 0958"])))
def test_every_entry_is_accepted_refused_or_repeated(entries):
    found = read_recipients("\n".join(entries))
    assert len(found.accepted) + len(found.refused) + len(found.repeated) == len(entries)
    assert len({entry.number for entry in found.accepted}) == len(found.accepted)

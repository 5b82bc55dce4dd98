from webapp.messaging.number_lines import read_number_lines


def test_of_each_line_the_first_mobile_number_counts() -> None:
    read = read_number_lines('Name,Phone,Mobile\n"Shah",020 7946 0000,"07400 123456"\nJones;;447400123457\n')
    assert read.numbers == ("447400123456", "447400123457")
    assert read.refused == ()


def test_what_cannot_be_read_is_named_by_its_line() -> None:
    read = read_number_lines("07400123456\n\n020 7946 0000\n07400 123456\nnobody")
    assert read.numbers == ("447400123456",)
    assert read.repeated == 1
    assert [line for line, _ in read.refused] == [3, 5]
    assert "landline" in read.refused[0][1]


def test_a_first_line_with_a_digit_is_no_heading() -> None:
    assert read_number_lines("Mobile 2").refused != ()
    assert read_number_lines("Mobile").refused == ()

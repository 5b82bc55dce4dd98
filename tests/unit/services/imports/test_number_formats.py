import pytest

from webapp.services.imports.sheet_reader.number_formats import number_format


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0%", 0.125, "13%"),
        ("0.0%", 0.125, "12.5%"),
        ("0.00", 12.5, "12.50"),
        ("#,##0.00", 1234.5, "1,234.50"),
        ('"£"#,##0.00', 12.5, "£12.50"),
        ("[$£-809]#,##0.00", 12.5, "£12.50"),
        ("[$£-809]#,##0.00;[Red]-[$£-809]#,##0.00", -12.5, "-£12.50"),
        ('_-"£"* #,##0.00_-', 12.5, "£12.50"),
        ('0.0" km"', 3.0, "3.0km"),
        ("00000000000", 7400123456.0, "07400123456"),
        ("0", 2.5, "3"),
        ("#,##0", 447400123456.0, "447400123456"),
    ],
)
def test_a_number_looks_as_in_the_spreadsheet(code: str, value: float, shown: str) -> None:
    show = number_format(code)
    assert show is not None
    assert show(value) == shown


def test_a_number_of_any_size_is_shown() -> None:
    show = number_format("0.00")
    assert show is not None
    assert [bool(show(value)) for value in (1e300, -1e-300, 0.0)] == [True, True, True]


@pytest.mark.parametrize(
    "code", ["General", "@", "dd/mm/yyyy", "h:mm", "0.00E+00", "# ?/?", "", "[h]:mm", '"x"', "0.0.0"]
)
def test_other_formats_are_left_to_the_plain_number(code: str) -> None:
    assert number_format(code) is None

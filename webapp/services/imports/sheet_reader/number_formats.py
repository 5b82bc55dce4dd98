"""Numbers as a spreadsheet shows them: percentages, fixed decimals, currencies, leading zeros.

Covers the formats people meet (`0%`, `0.00`, `#,##0.00`, `£#,##0.00`, `00000000000`); for all others the
plain number is shown. Dates are not among them: the reading library knows them.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

NumberFormat = Callable[[float], str]

# ECMA-376 part 1, 18.8.30: the formats that have a number instead of a code.
BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}
BUILT_IN |= {37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"}

# Nobody means 447,400,123,456, though a column formatted for amounts shows it.
_PHONE = 10**9

_currency = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_invisible = re.compile(r"\[[^\]]*\]|_.|\*.")
_literal = re.compile(r'"([^"]*)"|\\(.)')
_shape = re.compile(r"(?P<before>[^#0?.,%]*)(?P<whole>[#0?,]*[#0?])(?P<decimals>\.0+)?(?P<after>[^#0?.,]*)")
_of_dates_and_powers = re.compile("[dmyhseE@/]", re.IGNORECASE)


def number_format(code: str) -> NumberFormat | None:
    """Return what shows a number in the format of this code; None if the plain number does as well."""
    section = _currency.sub(r'"\1"', code.split(";")[0])
    section = _invisible.sub("", section)
    if _of_dates_and_powers.search(_literal.sub("", section)):
        return None
    shape = _shape.fullmatch(_literal.sub(lambda found: found[1] or found[2] or "", section))
    if shape is None:
        return None
    before, after = shape["before"].strip(), shape["after"].strip()
    decimals, digits = len(shape["decimals"] or ".") - 1, shape["whole"].count("0")
    grouped, percent = "," in shape["whole"], "%" in after

    def show(value: float) -> str:
        if grouped and abs(value) >= _PHONE:
            return str(int(value)) if value == int(value) else repr(value)
        exact = Decimal(repr(value)) * (100 if percent else 1)
        try:
            rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        except InvalidOperation:
            return repr(value)
        sign = "-" if rounded < 0 else ""
        plain = f"{abs(rounded):,f}" if grouped else f"{abs(rounded):f}"
        whole, point, rest = plain.partition(".")
        return f"{sign}{before}{whole.zfill(digits)}{point}{rest}{after}"

    return show

"""One value of a cell as a person sees it in the spreadsheet."""

import datetime
import math

from .number_formats import NumberFormat

Cell = str | float | bool | datetime.datetime | datetime.date | datetime.time | datetime.timedelta
_EXACT = 10**15  # from here on a float has no units


def shown(value: Cell, number_format: NumberFormat | None = None) -> str:
    """Return the text of a value: 14/03/2026, 09:30, TRUE, 12.5%, 447400123456 without a decimal point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, datetime.datetime):
        return f"{value:%d/%m/%Y} {_clock(value.time())}"
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, datetime.time):
        return _clock(value)
    return _duration(value)


def _number(value: float, number_format: NumberFormat | None) -> str:
    if not math.isfinite(value):
        return ""
    if number_format:
        return number_format(value)
    if value == int(value) and abs(value) < _EXACT:
        return str(int(value))
    return f"{value:.15g}"


def _clock(time: datetime.time) -> str:
    return f"{time:%H:%M:%S}" if time.second else f"{time:%H:%M}"


def _duration(duration: datetime.timedelta) -> str:
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if seconds else f"{hours}:{minutes:02d}"

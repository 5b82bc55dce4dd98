"""How values are shown on every page: numbers, times, credits."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from flask import Flask
from jinja2 import Environment
from markupsafe import Markup

from webapp.messaging.answers import asks_for_answer
from webapp.messaging.numbers import ERASED, format_number
from webapp.messaging.schedule import countdown, format_clock, format_day, format_local
from webapp.messaging.words import ago, format_credits, plural
from webapp.web.context import settings
from webapp.web.remembered import framed, remembered


class LocalTime(NamedTuple):
    """A time as staff read it, with the UTC value behind it; the arguments of the macro `ui.time`."""

    local: str
    utc: str
    iso: str


def local_time(at: datetime) -> LocalTime:
    """In the organisation's time zone, with weekday."""
    in_utc = at.astimezone(UTC)
    return LocalTime(
        local=format_local(at, settings().timezone),
        utc=in_utc.strftime("%Y-%m-%d %H:%M:%S UTC"),
        iso=in_utc.isoformat(timespec="seconds"),
    )


def texter(number: str) -> str:
    """Who texted, as far as the provider knows."""
    if number.startswith(f"{ERASED}-"):
        return "Erased number"
    return "Unknown sender" if number == "unknown" else format_number(number)


def clock_time(at: datetime) -> str:
    """`09:00` in the organisation's time zone, where the day stands beside it."""
    return format_clock(at, settings().timezone)


def credits_text(credits: Decimal) -> str:
    """`2 credits`."""
    return f"{format_credits(credits)} {'credit' if credits == 1 else 'credits'}"


def age(at: datetime) -> str:
    """`4 s ago`."""
    return ago((datetime.now(UTC) - at).total_seconds())


def until(at: datetime) -> str:
    """`in 2 h 5 min`."""
    return countdown(at, datetime.now(UTC))


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        number=format_number,
        texter=texter,
        local_time=local_time,
        clock_time=clock_time,
        credits=format_credits,
        day=format_day,
        credits_text=credits_text,
        asks_for_answer=asks_for_answer,
        age=age,
        countdown=until,
        plural=plural,
    )
    app.jinja_env.filters.update(_markup_of_rows(app.jinja_env))


def _markup_of_rows(environment: Environment) -> dict[str, Callable[[Any], Markup]]:
    """The macros of a list's cells as filters, which cost a tenth of a macro's call; the markup is theirs."""
    text: Any = environment.get_template("ui/text.html").module
    status: Any = environment.get_template("ui/status.html").module
    line: Any = environment.get_template("ui/line.html").module
    number = framed(text.number)
    return {
        "charge": text.charged,
        "countdown_words": framed(line.countdown),
        "excerpt": framed(text.excerpt),
        "failure_line": framed(line.failure, places=10),
        "mark": status.mark,
        "message_line": framed(line.message, places=8),
        "phone": lambda digits: number(format_number(digits)),
        "scheduled_line": framed(line.scheduled, places=8),
        "status": status.status,
        "time": remembered(lambda at: text.time(*local_time(at))),
    }

"""The check before sending: what will go out, to whom, what it will cost, and what to think twice about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.segments import Segmentation, segment_content
from webapp.services import optouts, rules
from webapp.services.prices import last_known_prices, refresh_prices
from webapp.services.send import obstacle, same_text_today
from webapp.services.sync_credits import refresh_credits
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import SmsWorksError
from webapp.store import readings
from webapp.store.calls import Call
from webapp.store.conversations import Conversation, list_texted_since
from webapp.store.drafts import Draft
from webapp.store.readings import Reading

BALANCE_MAX_AGE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Check:
    """Figures for the check page. `credits` are an estimate: what the provider charges is the truth.

    `obstacle` says what keeps the text from being sent as it is.
    `left_out` are the numbers that have opted out: they get nothing and cost nothing.
    `texted_since`: conversations in which something has come in since the text was written.
    `balance` is the last one known, None if there is none; `trouble` says why a new one could not be had.
    `is_guess`: the provider could not be asked for a price abroad, so the usual one is assumed.
    """

    segmentation: Segmentation
    credits_by_number: Mapping[str, Decimal]
    credits: Decimal
    left_out: tuple[str, ...]
    balance: Reading | None
    trouble: str | None
    is_guess: bool
    sent_today: tuple[Call, ...]
    texted_since: tuple[Conversation, ...]
    obstacle: str | None
    quiet: rules.Quiet | None

    @property
    def people(self) -> int:
        """How many it goes to."""
        return len(self.credits_by_number)

    @property
    def is_uniform(self) -> bool:
        """Whether every recipient costs the same."""
        return len(set(self.credits_by_number.values())) <= 1

    @property
    def credits_each(self) -> Decimal:
        """Credits for one recipient, where all cost the same."""
        return next(iter(self.credits_by_number.values()), Decimal(0))

    @property
    def numbers_sent_today(self) -> frozenset[str]:
        return frozenset(call.destination for call in self.sent_today)

    @property
    def balance_after(self) -> Decimal | None:
        return None if self.balance is None else self.balance.credits - self.credits

    @property
    def missing_credits(self) -> Decimal:
        """How many credits are missing, 0 if the balance reaches or is not known."""
        return max(-(self.balance_after or Decimal(0)), Decimal(0))


def check_draft(db: Database, client: SmsWorks, draft: Draft, timezone: ZoneInfo) -> Check:
    """Everything the check page says. A provider that does not answer is said, never raised."""
    segmentation = segment_content(draft.text.content)
    numbers = optouts.recipients_of(db, draft)
    balance, trouble = _balance(db, client)
    # A provider that has just not answered is not asked for prices too: somebody is waiting.
    price_trouble = trouble or refresh_prices(db, client, numbers)
    prices = last_known_prices(db, numbers)
    by_number = {number: segmentation.segments * price for number, price in prices.by_number.items()}
    return Check(
        segmentation=segmentation,
        credits_by_number=by_number,
        credits=sum(by_number.values(), Decimal(0)),
        left_out=tuple(number for number in draft.text.numbers if number not in by_number),
        balance=balance,
        trouble=trouble,
        is_guess=bool(price_trouble and prices.guessed),
        sent_today=tuple(same_text_today(db, draft)),
        texted_since=tuple(list_texted_since(db, numbers, draft.created_at)),
        obstacle=obstacle(db, draft, timezone),
        quiet=rules.quiet_when(db, draft.text.scheduled_at, timezone),
    )


def _balance(db: Database, client: SmsWorks) -> tuple[Reading | None, str | None]:
    try:
        return refresh_credits(db, client, max_age=BALANCE_MAX_AGE), None
    except SmsWorksError as error:
        return readings.last_credits(db), error.user_message

"""Building the page that stands before a batch goes, the same for a whole page and for a fragment of it."""

from decimal import Decimal

from webapp.batches.asking import build_asking
from webapp.batches.builders import option_facts, verdict_counts
from webapp.batches.pages import BatchesCheckPage, Sample
from webapp.messaging.placeholders import compile_template
from webapp.messaging.segments import segment_content
from webapp.messaging.senders import parse_sender
from webapp.services import rules
from webapp.services.batches import sending
from webapp.services.batches.calls import calls_needed, operation_for
from webapp.services.sync_credits import refresh_credits
from webapp.smsworks.errors import SmsWorksError
from webapp.store import batch_rows, readings
from webapp.store.batches import Batch, BatchState
from webapp.store.calls import Operation
from webapp.store.readings import Reading
from webapp.web.banners import worker_is_running
from webapp.web.context import database, provider, settings
from webapp.web.fragments import version_of
from webapp.web.second_yes import SecondYesForm


def build_check(
    batch: Batch, *, refused: SecondYesForm | None = None, changed: str | None = None
) -> BatchesCheckPage:
    is_counting = batch.state is BatchState.COUNTING
    balance, trouble = (None, None) if is_counting else _balance()
    is_personal = compile_template(batch.text.content).is_personal
    asking = build_asking(batch)
    return BatchesCheckPage(
        batch=batch,
        is_counting=is_counting,
        rows_total=int(batch.facts.get("rows", 0)) or batch.rows_read,
        people=sending.valid_rows(batch),
        credits=Decimal(batch.tally.get("credits", "0")),
        spread=tuple(
            sorted((int(segments), rows) for segments, rows in batch.tally.get("spread", {}).items())
        ),
        samples=_kept_samples(batch, "samples")[: None if is_personal else 1],
        longest=_costliest_first(_kept_samples(batch, "longest")) if is_personal else (),
        left_out=tuple(each for each in verdict_counts(batch) if each[0] != batch_rows.VALID),
        sender=parse_sender(batch.text.sender),
        balance=balance,
        trouble=trouble,
        obstacle=None if is_counting else sending.obstacle(database(), batch, settings().timezone),
        same=None if is_counting else sending.same_batch(database(), batch),
        calls=calls_needed(batch),
        held=_held(batch),
        quiet=rules.quiet_when(database(), batch.text.scheduled_at, settings().timezone),
        refused=refused,
        changed=changed,
        option_facts=option_facts(batch),
        worker_missing=not worker_is_running(),
        asking=asking,
        version=version_of(
            *(batch.state, batch.version, batch.rows_read, worker_is_running()),
            *(asking.above, asking.waiting, asking.returned, asking.names),
        ),
    )


def _held(batch: Batch) -> str | None:
    """Who keeps the texts until their time, in words."""
    if batch.text.scheduled_at is None:
        return None
    return {
        Operation.SCHEDULE_BATCH: "The provider keeps them until then, even if Textdesk is off.",
        Operation.SEND_COLLECTION: "Textdesk keeps them until then, and must be running.",
        Operation.SCHEDULE_MESSAGE: "The provider keeps each of them, scheduled one by one.",
    }[operation_for(batch.text)]


def _kept_samples(batch: Batch, name: str) -> tuple[Sample, ...]:
    return tuple(
        Sample(
            number=kept["number"] or "",
            row=kept["row"],
            parts=segment_content(kept["content"] or batch.text.content).parts,
            credits=Decimal(kept["credits"]),
        )
        for kept in batch.tally.get(name, ())
    )


def _costliest_first(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    return tuple(sorted(samples, key=lambda each: (-len(each.parts), -len("".join(each.parts)))))


def _balance() -> tuple[Reading | None, str | None]:
    try:
        return refresh_credits(database(), provider(), max_age=sending.BALANCE_MAX_AGE), None
    except SmsWorksError as error:
        return readings.last_credits(database()), error.user_message

"""Lists of people for batches, put together as the pages do it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from tests.faults.scene import LONDON, SENDER, USER_ID, Scene
from webapp.services.batches import files, sending
from webapp.services.batches.jobs import do_jobs
from webapp.services.yes import Yes
from webapp.smsworks.client import SmsWorks
from webapp.store import batch_changes, batches, drafts
from webapp.store.batches import Batch, BatchState, BatchText, Holding

Person = tuple[str, ...]


def number(position: int) -> str:
    """A different mobile for each position, none of which the sandbox treats in a special way."""
    return f"4474{position // 80:06d}{position % 80:02d}"


def people(count: int) -> list[Person]:
    return [(f"Name {position}", number(position)) for position in range(count)]


def csv_of(rows: Iterable[Person], header: Sequence[str] = ("name", "mobile")) -> bytes:
    return "\n".join(",".join(row) for row in [tuple(header), *rows]).encode()


def imported(
    db: Database, client: SmsWorks, content: bytes, *, folder: Path, author_id: int = USER_ID
) -> Batch:
    """A list that has been read."""
    file_name = files.keep_file(BytesIO(content), folder=folder)
    batch = files.add_batch(
        db, author_id=author_id, name="list.csv", file_name=file_name, now=datetime.now(UTC)
    )
    assert do_jobs(db, client, folder=folder, country="GB")
    return again(db, batch)


def written(
    db: Database,
    client: SmsWorks,
    batch: Batch,
    content: str,
    *,
    folder: Path,
    at: datetime | None = None,
    holding: Holding = Holding.TEXTDESK,
    **options: Any,
) -> Batch:
    """The list with a text, counted and ready to be confirmed."""
    text = BatchText(
        sender=SENDER, content=content, scheduled_at=at, holding=holding, options=options, typed={}
    )
    hashed = drafts.content_hash(content)
    assert batch_changes.change_text(db, batch, text, content_hash=hashed, now=datetime.now(UTC))
    assert do_jobs(db, client, folder=folder, country="GB")
    ready = again(db, batch)
    assert ready.state is BatchState.READY, ready
    return ready


def again(db: Database, batch: Batch) -> Batch:
    """The batch as it is now."""
    found = batches.get_batch(db, batch.id)
    assert found is not None
    return found


def confirmed(
    scene: Scene,
    rows: Sequence[Person],
    content: str = "See you",
    *,
    send_again: bool = False,
    **more: Any,
) -> Batch:
    """A batch that somebody has said yes to; nothing of it has gone."""
    folder = scene.settings.uploads
    batch = imported(scene.db, scene.client, csv_of(rows), folder=folder)
    batch = written(scene.db, scene.client, batch, content, folder=folder, **more)
    assert sending.confirm(scene.db, batch, Yes(USER_ID, batch.version, send_again), timezone=LONDON)
    return again(scene.db, batch)

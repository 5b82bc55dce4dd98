"""Choosing a batch: the same field on every list that can be filtered by one."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import SelectField
from wtforms.fields import SelectChoice

from webapp.store.batch_choices import BatchChoice
from webapp.web.context import settings

BATCHES_OFFERED = 30


class BatchField(SelectField):
    """One of the batches that were offered, by its reference; any batch if nothing is chosen."""

    def __init__(self, label: str = "Batch", **more: Any) -> None:
        super().__init__(label, choices=[SelectChoice("", "Any")], default="", **more)
        self.type = SelectField.__name__  # which `ui.field` draws
        self._offered: Mapping[str, BatchChoice] = MappingProxyType({})

    def offer(self, batches: Sequence[BatchChoice], chosen: BatchChoice | None) -> None:
        """The latest, and the one that the address names, should it not be among them.

        The address may name it by another id than its own reference.
        """
        others = [chosen] if chosen and all(batch.ref != chosen.ref for batch in batches) else []
        self._offered = {batch.ref: batch for batch in (*others, *batches)}
        self.choices = list(_choices(tuple(self._offered.values()), settings().timezone))
        if chosen:
            self.data = chosen.ref

    @property
    def chosen(self) -> BatchChoice | None:
        return self._offered.get(self.data or "")


@lru_cache(maxsize=64)
def _choices(batches: tuple[BatchChoice, ...], timezone: ZoneInfo) -> tuple[SelectChoice, ...]:
    """On most pages the same ones."""
    return SelectChoice("", "Any"), *(SelectChoice(each.ref, _words(each, timezone)) for each in batches)


def _words(batch: BatchChoice, timezone: ZoneInfo) -> str:
    day = f"{batch.created_at.astimezone(timezone):%-d %B}"
    return f"{batch.name}, {day}" if batch.name else f"Another program’s, {day} ({batch.ref})"

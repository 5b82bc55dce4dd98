"""Hours of the day in which people are not to be disturbed, by the local clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` up to, not including, `end`: local times of day, which may span midnight."""

    start: time
    end: time

    def end_after(self, at: datetime, timezone: ZoneInfo) -> datetime | None:
        """When those that `at` (aware) falls into end, in UTC; None if it falls into none.

        Where the clocks change, the clock on the wall counts: an end that comes twice is the second one, and
        one that is skipped comes as much later as the clocks were put forward.
        """
        local = at.astimezone(timezone)
        if not self._contain(local.time()):
            return None
        ends_tomorrow = self.start > self.end and local.time() >= self.start
        day = local.date() + timedelta(days=ends_tomorrow)
        ends = (datetime.combine(day, self.end.replace(fold=fold), timezone) for fold in (0, 1))
        return max(end.astimezone(UTC) for end in ends)

    def _contain(self, clock: time) -> bool:
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

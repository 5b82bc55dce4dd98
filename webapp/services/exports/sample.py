"""A small list that shows what an upload may look like; its numbers are nobody's."""

from collections.abc import Iterator

from .cells import csv_chunks

SAMPLE_HEADER = ("First name", "Mobile", "Date", "Time")
SAMPLE_ROWS = (
    ("Sam", "07400 123456", "Monday 14 September", "10:30"),
    ("Ada", "+44 7400 123457", "Tuesday 15 September", "14:00"),
    ("Vic", "07400 123458", "Tuesday 15 September", "14:20"),
)


def sample_csv() -> Iterator[str]:
    """Yield the sample as a CSV file, in pieces."""
    return csv_chunks(SAMPLE_HEADER, SAMPLE_ROWS)

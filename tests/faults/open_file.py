"""Opens and judges one file in a process of its own: what came of it, how long it took, how much memory.

    python -m tests.faults.open_file PATH NAME

Anything but FileRefused ends it with a traceback and exit status 1.
"""

import json
import resource
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

from tests.bench.measurement import peak_megabytes, processor_seconds
from webapp.messaging.placeholders import compile_template
from webapp.services.imports.judging import Rules, judge_rows
from webapp.services.imports.limits import FileRefused
from webapp.services.imports.table import Table, open_table


def open_and_judge(path: Path, name: str) -> dict[str, object]:
    try:
        with open_table(path, filename=name) as table:
            return {"notes": table.facts.notes, **_judged(table)}
    except FileRefused as refused:
        return {"refused": refused.message}


def _judged(table: Table) -> dict[str, object]:
    guess = table.facts.guess
    rules = Rules(
        number_column=guess.number_column or 0,
        names=guess.names,
        template=compile_template("Hello"),
        is_opted_out=lambda _digits: False,
        price_of=lambda _digits: Decimal(1),
    )
    verdicts: Counter[str] = Counter()
    reasons: dict[int, str] = {}
    for row in judge_rows(table.rows(), rules):
        verdicts[row.verdict] += 1
        if row.reason and len(reasons) < 5:
            reasons[row.number] = row.reason
    assert verdicts.total() == table.facts.rows
    return {
        "format": table.facts.format,
        "encoding": table.facts.encoding,
        "number_columns": [guess.names[column] for column in guess.number_columns],
        "verdicts": verdicts,
        "reasons": reasons,
        "first": [row.values for row in table.facts.first_rows[:4]],
    }


if __name__ == "__main__":
    outcome = open_and_judge(Path(sys.argv[1]), sys.argv[2])
    outcome["seconds"] = processor_seconds()
    outcome["peak_mb"] = peak_megabytes()
    # The child of a child starts with its parent's figure, so this errs on the high side.
    outcome["reader_peak_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps(outcome))

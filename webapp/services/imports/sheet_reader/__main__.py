"""Reads a workbook within limits. Arguments: the file, its format in capitals, the sheet ("": the first)."""

import json
import resource
import sys

MEMORY_BYTES = 150_000_000
CPU_SECONDS = 8


def limit_resources() -> None:
    """Before anything is imported that could do harm. No core file: it would hold people's numbers."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main(path: str, format_name: str, sheet: str) -> None:
    limit_resources()
    from .protocol import REFUSED, Refusal
    from .workbook import RefusedByReader, read_workbook

    write = sys.stdout.write
    try:
        for line in read_workbook(path, format_name, sheet):
            write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    except RefusedByReader as refused:
        write(json.dumps({REFUSED: refused.why}) + "\n")
    except MemoryError:
        write(json.dumps({REFUSED: Refusal.MEMORY}) + "\n")
    sys.stdout.flush()


main(*sys.argv[1:4])

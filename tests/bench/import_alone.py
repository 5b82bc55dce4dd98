"""One import in a process of its own, which prints its time and memory."""

import json
import resource
import sys
import time
from pathlib import Path

from tests.bench.imports import pipeline
from tests.bench.measurement import peak_megabytes

if __name__ == "__main__":
    started = time.perf_counter()
    pipeline(Path(sys.argv[1]))
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - started,
                "peak_mb": peak_megabytes(),
                "reader_peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            }
        )
    )

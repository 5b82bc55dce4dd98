"""One import in a process of its own, which prints its processor time and memory."""

import json
import resource
import sys
from pathlib import Path

from tests.bench.imports import pipeline
from tests.bench.measurement import peak_megabytes, processor_seconds

if __name__ == "__main__":
    pipeline(Path(sys.argv[1]))
    print(
        json.dumps(
            {
                "seconds": processor_seconds(),
                "peak_mb": peak_megabytes(),
                "reader_peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            }
        )
    )

"""The slope: by how many round trips the time of an apply grows with the latency of AWS, the stand-in's own work left out.

`python -m tests.benchmarks.slope` runs the engine on the in-memory AWS of the fault tests, whose answers take 80 and 200 ms by
nothing but sleep. What is left is the longest chain of calls and the waiting for threads (docs/reliability.md).
"""

import os
import statistics
import time
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings_test")
django.setup()

from environments.provisioning.engine import Engine  # noqa: E402
from tests.benchmarks.reference import measured, reference  # noqa: E402
from tests.environments.test_reference import Timed  # noqa: E402

LATENCIES = (0.08, 0.2)
RUNS = 7


class Slow(Timed):
    """A run with the portal's own number of threads whose every call takes `latency` seconds."""

    latency = 0.0

    def engine(self, *given: Any, **named: Any) -> Engine:
        return Engine(*given, **{**named, "threads": settings.RUN_THREADS})

    def deeper(self, step: str, call: Any) -> Any:
        time.sleep(self.latency)
        return call()


def seconds(latency: float) -> float:
    """Return how long one apply of the reference environment takes."""
    run = Slow(reference(), measured())
    run.latency = latency
    began = time.perf_counter()
    if run.run().state != "finished":
        raise RuntimeError("the apply did not finish")
    return time.perf_counter() - began


def main() -> None:
    low, high = LATENCIES
    for latency in LATENCIES:
        seconds(latency)
    found = [(seconds(low), seconds(high)) for _ in range(RUNS)]
    slopes = sorted((after - before) / (high - low) for before, after in found)
    before, after = (statistics.median(times) for times in zip(*found, strict=True))
    print(f"apply at 80 ms {before:.2f} s, at 200 ms {after:.2f} s (medians of {RUNS})")  # noqa: T201
    print(f"slope {(after - before) / (high - low):.1f} round trips (single runs {slopes[0]:.1f} to {slopes[-1]:.1f})")  # noqa: T201


if __name__ == "__main__":
    main()

"""Several threads that do something at the same moment, each with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections


def outcomes(acts: list[Callable[[], Any]]) -> list[Any]:
    """Start all acts together; return for each its result, or the exception it ended with."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        return on_its_own_connection(act)

    with ThreadPoolExecutor(len(acts)) as pool:
        futures: list[Future] = [pool.submit(run, act) for act in acts]
    return [future.exception() or future.result() for future in futures]


def on_its_own_connection(act: Callable[[], Any]) -> Any:
    """Do it on the thread of somebody else, in the middle of a call, say; the connection to the database ends with it."""
    try:
        return act()
    finally:
        connections.close_all()

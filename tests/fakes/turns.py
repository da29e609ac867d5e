"""A run whose threads go on one at a time, from one call to the next, in an order that is told: so it can be had again exactly.

In a run, whoever is quickest goes first. Here every thread stops before each call until it is its turn. Which it is, `order`
says: the lowest of the steps that stand before a call goes on.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import datetime
from queue import SimpleQueue
from threading import Lock
from typing import Any

from environments.provisioning.engine import Engine
from environments.provisioning.step import Context
from tests.fakes.cloud import Crash
from tests.fakes.engine import FakeRun

Order = Callable[[str], float]


class Turns:
    """Who goes on, in the life of one worker. `step` is the one whose turn it is."""

    def __init__(self, order: Order) -> None:
        self.step = ""
        self._order = order
        self._standing: dict[str, tuple[float, Lock]] = {}
        self._stopped: SimpleQueue[bool] = SimpleQueue()
        self._going = 0
        self._over = False

    def joined(self, future: Future[Any]) -> None:
        """A thread more, which goes on until it takes its first turn."""
        self._going += 1
        future.add_done_callback(lambda ended: self._stopped.put(True))

    def take(self, step: str) -> None:
        """Wait until it is this step's turn. Raises `Crash` where the worker has died meanwhile."""
        if not self._over:
            mine = Lock()
            mine.acquire()
            self._standing[step] = (self._order(step), mine)
            self._stopped.put(False)
            mine.acquire()
        if self._over:
            raise Crash
        self.step = step

    def give(self) -> None:
        """Let one after the other go on until one has ended, or there is none."""
        while not self._one_has_ended() and self._standing:
            step = min(self._standing, key=lambda one: (self._standing[one][0], one))
            self._going = 1
            self._standing.pop(step)[1].release()

    def _one_has_ended(self) -> bool:
        """Wait until no thread moves; return whether one of those that moved has ended."""
        ended = [self._stopped.get() for _ in range(self._going)]
        self._going = 0
        return any(ended)

    def end(self) -> None:
        """The worker dies: whoever stands before a call dies there."""
        self._one_has_ended()
        self._over = True
        for _, lock in self._standing.values():
            lock.release()


class _Pool:
    """Threads that take turns."""

    def __init__(self, pool: Executor, turns: Turns) -> None:
        self._pool, self._turns = pool, turns

    def submit(self, act: Callable[..., Any], *given: Any) -> Future[Any]:
        future = self._pool.submit(act, *given)
        self._turns.joined(future)
        return future


class _EngineInTurns(Engine):
    """The engine, which starts steps and hears of their end while all others stand."""

    turns: Turns

    def _start(self, pool: Any) -> bool:
        try:
            return super()._start(_Pool(pool, self.turns))  # type: ignore[arg-type]
        except BaseException:
            self.turns.end()
            raise

    def _collect(self) -> None:
        try:
            self.turns.give()
            super()._collect()
        except BaseException:
            self.turns.end()
            raise


class _Patient:
    """An account that waits for its step's turn before each call."""

    def __init__(self, account: Any, wait: Callable[[], None]) -> None:
        self._account, self._wait = account, wait

    def __getattr__(self, name: str) -> Any:
        return getattr(self._account, name)

    def read(self, service: str, operation: str, **params: Any) -> Any:
        self._wait()
        return self._account.read(service, operation, **params)

    def pages(self, service: str, operation: str, key: str, **params: Any) -> Any:
        self._wait()
        return self._account.pages(service, operation, key, **params)

    def change(self, service: str, operation: str, **params: Any) -> Any:
        self._wait()
        return self._account.change(service, operation, **params)

    def in_region(self, region: str) -> "_Patient":
        return _Patient(self._account.in_region(region), self._wait)

    def as_role(self, role_arn: str, external_id: str = "") -> "_Patient":
        return _Patient(self._account.as_role(role_arn, external_id), self._wait)


class RunInTurns(FakeRun):
    """A run whose threads take turns in this order."""

    order: Order = staticmethod(lambda step: 0.0)
    turns: Turns

    def engine(self, *given: Any, **named: Any) -> Engine:
        engine = _EngineInTurns(*given, **{**named, "threads": len(self.steps)})
        engine.turns = self.turns = Turns(self.order)
        return engine

    def context(self, step: str, outputs: Mapping[str, Mapping[str, Any]], now: datetime) -> Context:
        turns = self.turns
        turns.take(step)
        ctx = super().context(step, outputs, now)
        provider, customer = (_Patient(account, lambda: turns.take(step)) for account in (ctx.provider, ctx.customer))
        return replace(ctx, provider=provider, customer=customer)  # type: ignore[arg-type]

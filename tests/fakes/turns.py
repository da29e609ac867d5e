"""A run whose steps go on one at a time, from one call to the next, in an order that is told: so it can be had again exactly.

In a run, whoever is quickest goes first. Here every step stops before each call until it is its turn. Which it is, `order`
says: the lowest of the steps that stand before a call goes on. Steps are greenlets, not threads: the machine has no say in it,
and thousands of turns take a moment.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from greenlet import getcurrent, greenlet

from environments.provisioning import collection
from environments.provisioning.engine import Engine, Outcome
from environments.provisioning.step import Context
from tests.fakes.cloud import Crash
from tests.fakes.engine import FakeRun

Order = Callable[[str], float]


class InPlace:
    """In the place of a pool of threads: what is submitted is done at once."""

    def __init__(self, *_: Any) -> None:
        pass

    def __enter__(self) -> "InPlace":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, act: Callable[..., Any], *given: Any) -> Future[Any]:
        return _do(Future(), act, *given)


def _do(future: Future[Any], act: Callable[..., Any], *given: Any) -> Future[Any]:
    try:
        future.set_result(act(*given))
    except BaseException as error:  # noqa: BLE001 - a crash is one
        future.set_exception(error)
    return future


class Turns:
    """Who goes on, in the life of one worker; in the place of its pool of threads. `step` is the one whose turn it is."""

    def __init__(self, order: Order) -> None:
        self.step = ""
        self._order = order
        self._standing: dict[str, tuple[float, greenlet]] = {}
        self._one_has_ended = False
        self._over = False

    def submit(self, act: Callable[..., Any], *given: Any) -> Future[Any]:
        """Begin something, which goes on until it takes its first turn."""
        future: Future[Any] = Future()
        greenlet(lambda: self._live(future, act, *given)).switch()
        return future

    def _live(self, future: Future[Any], act: Callable[..., Any], *given: Any) -> None:
        _do(future, act, *given)
        self._one_has_ended = True

    def take(self, step: str) -> None:
        """Wait until it is this step's turn. Raises `Crash` where the worker has died meanwhile."""
        if not self._over:
            mine = getcurrent()
            assert mine.parent, "only what was submitted takes turns"
            self._standing[step] = (self._order(step), mine)
            mine.parent.switch()
        if self._over:
            raise Crash
        self.step = step

    def give(self) -> None:
        """Let one after the other go on until one has ended, or there is none."""
        while not self._one_has_ended and self._standing:
            self._standing.pop(min(self._standing, key=lambda step: (self._standing[step][0], step)))[1].switch()
        self._one_has_ended = False

    def end(self) -> None:
        """The worker dies: whoever stands before a call dies there."""
        self._over = True
        while self._standing:
            self._standing.popitem()[1][1].switch()


class _EngineInTurns(Engine):
    """The engine, which begins steps and hears of their end while all others stand."""

    turns: Turns

    def _start(self, pool: Any) -> bool:
        try:
            return super()._start(self.turns)  # type: ignore[arg-type]
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


class _InOneThread(FakeRun):
    """A run that starts no thread: a step's parallel calls are made one after the other too."""

    def advance(self) -> Outcome:
        with patch.object(collection, "ThreadPoolExecutor", InPlace):
            return super().advance()


class RunInTurns(_InOneThread):
    """A run whose steps take turns in this order."""

    order: Order = staticmethod(lambda step: 0.0)
    turns: Turns

    def engine(self, *given: Any, **named: Any) -> Engine:
        engine = _EngineInTurns(*given, **named)
        engine.turns = self.turns = Turns(self.order)
        return engine

    def context(self, step: str, outputs: Mapping[str, Mapping[str, Any]], now: datetime) -> Context:
        turns = self.turns
        turns.take(step)
        ctx = super().context(step, outputs, now)
        provider, customer = (_Patient(account, lambda: turns.take(step)) for account in (ctx.provider, ctx.customer))
        return replace(ctx, provider=provider, customer=customer)  # type: ignore[arg-type]


class _EngineInPlace(Engine):
    """The engine, whose steps each go all the way when they are begun."""

    def _start(self, pool: Any) -> bool:
        return super()._start(InPlace())  # type: ignore[arg-type]


class RunInPlace(_InOneThread):
    """A run whose steps go one after the other, each all the way."""

    def engine(self, *given: Any, **named: Any) -> Engine:
        return _EngineInPlace(*given, **named)

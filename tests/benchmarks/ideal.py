"""The ideal: the same calls with nothing around them, each started in the moment in which its inputs exist, by 16 threads.

Nothing is written by hand: the calls are taken from a run of the engine, and what each one waits for follows from its
parameters: whatever an earlier call gave or named. So it stays the ideal of what the engine makes, whatever that is.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from environments.services.cloud import LookingAccount

_NAMED = re.compile(r"[A-Za-z0-9_./:@-]{8,}")
_PARTS = re.compile(r"[/:]")
THREADS = 16


@dataclass
class Recorded:
    """One call: in which account, what it asked, and what it was told."""

    account: LookingAccount
    service: str
    operation: str
    params: dict[str, Any]
    changes: bool
    pages: str = ""
    answer: Any = None
    needs: set[int] = field(default_factory=set)

    def send(self, given: Mapping[str, str]) -> Any:
        params = _replaced(self.params, given)
        if self.changes:
            return self.account.send_change(self.service, self.operation, params)
        if self.pages:
            return self.account.pages(self.service, self.operation, self.pages, **params)
        return self.account.read(self.service, self.operation, **params)


class Recording:
    """The calls of one run, in the order in which they were answered."""

    def __init__(self) -> None:
        self.calls: list[Recorded] = []
        self._lock = threading.Lock()

    def keep(self, call: Recorded) -> None:
        with self._lock:
            self.calls.append(call)

    def connected(self, known: set[str]) -> list[Recorded]:
        """Return the calls that change something, and those whose answers these need, each with what it waits for.

        `known`: what was there before, on which nothing has to wait.
        """
        told_by: dict[str, int] = {}
        named_by: dict[str, set[int]] = {}
        for number, call in enumerate(self.calls):
            words = set(_words(call.params))
            call.needs = {told_by[word] for word in words if word in told_by}
            call.needs |= {one for word in words - _names(call) for one in named_by.get(word, ())}
            for word in set(_words(call.answer)) - known:
                told_by.setdefault(word, number)
            for word in _names(call) - known:
                named_by.setdefault(word, set()).add(number)
        return _needed(self.calls)


class RecordingAccount:
    """An account that remembers what it was asked."""

    def __init__(self, account: LookingAccount, recording: Recording) -> None:
        self._account, self._recording = account, recording

    def __getattr__(self, name: str) -> Any:
        return getattr(self._account, name)

    def in_region(self, region: str) -> "RecordingAccount":
        return RecordingAccount(self._account.in_region(region), self._recording)

    def change(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        call = Recorded(self._account, service, operation, params, changes=True)
        call.answer = self._account.send_change(service, operation, params)
        self._recording.keep(call)
        return call.answer  # type: ignore[no-any-return]

    def read(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        call = Recorded(self._account, service, operation, params, changes=False)
        call.answer = self._account.read(service, operation, **params)
        self._recording.keep(call)
        return call.answer  # type: ignore[no-any-return]

    def pages(self, service: str, operation: str, key: str, **params: Any) -> list[Any]:
        call = Recorded(self._account, service, operation, params, changes=False, pages=key)
        call.answer = self._account.pages(service, operation, key, **params)
        self._recording.keep(call)
        return call.answer  # type: ignore[no-any-return]


def _needed(calls: list[Recorded]) -> list[Recorded]:
    kept = {number for number, call in enumerate(calls) if call.changes}
    for number in range(len(calls) - 1, -1, -1):
        if number in kept:
            kept |= calls[number].needs
    numbers = {before: now for now, before in enumerate(sorted(kept))}
    for before in numbers:
        calls[before].needs = {numbers[one] for one in calls[before].needs}
    return [calls[before] for before in numbers]


def at_once(calls: list[Recorded], *, anew: bool = True) -> float:
    """Make the calls as soon as each can be made; return the seconds that takes. `anew`: what they make has other ids now."""
    given: dict[str, str] = {}
    began, done = time.perf_counter(), set[int]()
    with ThreadPoolExecutor(THREADS) as pool:
        under_way: dict[Future[Any], int] = {}
        left = set(range(len(calls)))
        while left or under_way:
            for number in [one for one in left if calls[one].needs <= done]:
                left.discard(number)
                under_way[pool.submit(calls[number].send, given)] = number
            ended, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in ended:
                number = under_way.pop(future)
                answer = future.result()
                if anew:
                    given.update(_differing(calls[number].answer, answer))
                done.add(number)
    return time.perf_counter() - began


def in_sequence(calls: list[Recorded]) -> float:
    """Make the calls one after the other; return the seconds that takes."""
    given: dict[str, str] = {}
    began = time.perf_counter()
    for call in calls:
        given.update(_differing(call.answer, call.send(given)))
    return time.perf_counter() - began


def longest_chain(calls: list[Recorded]) -> int:
    """Return how many calls the longest chain has."""
    depth: list[int] = []
    for call in calls:
        depth.append(1 + max((depth[number] for number in call.needs), default=0))
    return max(depth, default=0)


def _words(value: Any) -> Iterator[str]:
    """Yield all that may be an id, a name or an ARN."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key != "ResponseMetadata":
                yield from _words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _words(inner)
    elif isinstance(value, str):
        yield value
        for found in _NAMED.findall(value):
            yield found
            yield from (part for part in _PARTS.split(found) if len(part) >= 8)


def _names(call: Recorded) -> set[str]:
    """Return the names under which a create makes things: later calls say them without having been told."""
    if not call.changes or not call.operation.startswith(("create_", "put_role", "allocate")):
        return set()
    return {
        value
        for key, value in call.params.items()
        if isinstance(value, str) and (key.endswith(("Name", "Identifier", "Bucket", "Identity")) or key == "Name")
    }


def _differing(before: Any, now: Any) -> dict[str, str]:
    """Return what is called otherwise this time, by what it was called before."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        pairs = [(before[key], now[key]) for key in before if key in now and key != "ResponseMetadata"]
    elif isinstance(before, list) and isinstance(now, list):
        pairs = list(zip(before, now, strict=False))
    elif isinstance(before, str) and isinstance(now, str) and before != now:
        parts = zip(_PARTS.split(before), _PARTS.split(now), strict=False)
        return {before: now, **{one: other for one, other in parts if one != other}}
    else:
        return {}
    found: dict[str, str] = {}
    for one, other in pairs:
        found.update(_differing(one, other))
    return found


def _replaced(params: dict[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    told: Callable[[Any], Any] = lambda value: _replace(value, given)  # noqa: E731
    return {key: told(value) for key, value in params.items()}


def _replace(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _replace(inner, given) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_replace(inner, given) for inner in value]
    if isinstance(value, str):
        if value in given:
            return given[value]
        for before in sorted((one for one in given if len(one) >= 8 and one in value), key=len, reverse=True):
            value = value.replace(before, given[before])
    return value

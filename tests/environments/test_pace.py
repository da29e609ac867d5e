"""How many calls go to one account and Region at the same time."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from environments.provisioning.ports import CallFailed, Failure
from environments.services import pace
from environments.services.pace import Pace


def throttled(code: str = "RequestLimitExceeded", failure: Failure = Failure.RETRYABLE) -> CallFailed:
    return CallFailed(failure, code, "Slow down", operation="describe_vpcs")


def call(kept: Pace, error: BaseException | None = None) -> None:
    with kept.turn():
        if error:
            raise error


def fails(kept: Pace, error: BaseException) -> None:
    with pytest.raises(type(error)):
        call(kept, error)


class Wave:
    """So many calls that are under way at the same time until they are let go, each ending as told."""

    def __init__(self, kept: Pace, number: int) -> None:
        self._end = threading.Event()
        self._began = threading.Semaphore(0)
        self._pool = ThreadPoolExecutor(number)
        self._calls = [self._pool.submit(self._call, kept) for _ in range(number)]
        self._error: BaseException | None = None

    def _call(self, kept: Pace) -> None:
        with kept.turn():
            self._began.release()
            self._end.wait(timeout=10)
            if self._error:
                raise self._error

    def began(self, number: int) -> bool:
        """Whether this many calls get under way."""
        return all(self._began.acquire(timeout=5) for _ in range(number))

    def one_more_begins(self) -> bool:
        return self._began.acquire(timeout=0.1)

    def end(self, error: BaseException | None = None) -> None:
        self._error = error
        self._end.set()
        self._pool.shutdown()


def full_of_good_answers(kept: Pace) -> None:
    """Keep the limit in full use until it has grown by one."""
    before = kept.limit
    while kept.limit == before:
        wave = Wave(kept, kept.limit)
        assert wave.began(kept.limit)
        wave.end()


def test_sixteen_calls_go_at_the_same_time_and_the_next_waits() -> None:
    wave = Wave(Pace(), 17)

    assert wave.began(16)
    assert not wave.one_more_begins()

    wave.end()
    assert wave.began(1)


def test_a_throttled_answer_halves_the_limit() -> None:
    kept = Pace()

    fails(kept, throttled())
    assert kept.limit == 8
    fails(kept, throttled("Throttling"))
    assert kept.limit == 4


def test_one_call_always_goes() -> None:
    kept = Pace()
    for _ in range(20):
        fails(kept, throttled())

    assert kept.limit == pace.LEAST == 1
    call(kept)


def test_calls_that_were_throttled_together_halve_it_once() -> None:
    kept = Pace()
    wave = Wave(kept, 16)
    assert wave.began(16)

    wave.end(throttled())

    assert kept.limit == 8


def test_a_cut_limit_holds_for_whoever_comes_next() -> None:
    kept = Pace()
    fails(kept, throttled())

    wave = Wave(kept, 9)
    assert wave.began(8)
    assert not wave.one_more_begins()
    wave.end()


@pytest.mark.parametrize(
    "error",
    [
        throttled("ReadTimeoutError"),
        throttled("OperationAborted"),
        throttled("Throttling", Failure.UNKNOWN),
        throttled("AccessDenied", Failure.DENIED),
        KeyError("defect"),
        KeyboardInterrupt(),
    ],
    ids=lambda error: f"{getattr(error, 'failure', '')} {getattr(error, 'code', type(error).__name__)}",
)
def test_other_errors_leave_the_limit_and_give_the_place_back(error: BaseException) -> None:
    kept = Pace()
    for _ in range(20):
        fails(kept, error)

    wave = Wave(kept, 17)
    assert wave.began(16)
    assert not wave.one_more_begins()
    wave.end()


def test_the_limit_grows_by_one_after_sixteen_good_answers_in_full_use() -> None:
    kept = Pace()
    for _ in range(3):
        fails(kept, throttled())
    assert kept.limit == 2

    answers = 0
    while kept.limit == 2:
        wave = Wave(kept, 2)
        assert wave.began(2)
        wave.end()
        answers += 1
    assert answers == 16, "the second of each pair ends when one place is free already"
    full_of_good_answers(kept)
    assert kept.limit == 4


def test_answers_while_places_are_free_prove_nothing() -> None:
    kept = Pace()
    for _ in range(1000):
        call(kept)

    assert kept.limit == 16


def test_a_throttled_answer_takes_back_what_was_counted() -> None:
    kept = Pace()
    for _ in range(4):
        fails(kept, throttled())
    for _ in range(15):
        call(kept)
    fails(kept, throttled())

    call(kept)

    assert kept.limit == 1


def test_the_limit_ends_at_sixty_four() -> None:
    kept = Pace()
    kept.limit = pace.MOST
    for _ in range(20):
        wave = Wave(kept, pace.MOST)
        assert wave.began(pace.MOST)
        wave.end()

    assert kept.limit == 64


def test_accounts_and_regions_do_not_slow_each_other_down() -> None:
    def slow_down(account_id: str, region: str) -> None:
        with pytest.raises(CallFailed), pace.turn(account_id, region):
            raise throttled()

    slow_down("100000000001", "eu-west-1")

    assert pace.of("100000000001", "eu-west-1").limit == 8
    assert pace.of("100000000001", "us-east-1").limit == 16
    assert pace.of("100000000002", "eu-west-1").limit == 16


def test_a_service_that_takes_five_at_a_time_is_found_out() -> None:
    """It ends near what the service takes, never stops, and every call gets through."""
    kept, service = Pace(), Service(takes=5)

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(lambda _: until_answered(lambda: service.answer(kept)), range(600)))

    assert service.answered == 600
    assert kept.limit <= 8
    assert service.refused < 120


class Service:
    """Refuses what comes while it is busy with as many calls as it takes."""

    def __init__(self, takes: int) -> None:
        self.takes, self.busy, self.answered, self.refused = takes, 0, 0, 0
        self._lock = threading.Lock()

    def answer(self, kept: Pace) -> None:
        with kept.turn():
            with self._lock:
                if self.busy >= self.takes:
                    self.refused += 1
                    raise throttled()
                self.busy += 1
            time.sleep(0.001)
            with self._lock:
                self.busy -= 1
                self.answered += 1


def until_answered(send: Callable[[], None]) -> None:
    while True:
        try:
            return send()
        except CallFailed:
            time.sleep(0.002)

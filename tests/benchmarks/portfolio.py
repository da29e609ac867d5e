"""How the pages over all onboardings grow: with 100 against with 10,000, each with three environments.

    python -m tests.benchmarks.portfolio

Each is seeded into a test database of its own, and forgotten by this process before anything is asked for. Prints medians and
their ratio; the aim is at most three times as long, and the same number of statements. It exits with 1 where any page takes
more than three times as long.
"""

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FEW, MANY, ROUNDS, WARM_UP = 100, 10_000, 25, 3
MOST = 3.0
PAGES = {
    "portfolio": "/onboardings/",
    "portfolio, page 2": "/onboardings/?page=2",
    "portfolio, by stage": "/onboardings/?stage=provisioning",
    "portfolio, waiting on": "/onboardings/?waiting=customer",
    "portfolio, due": "/onboardings/?due=week",
    "portfolio, owner": "/onboardings/?owner={manager}",
    "portfolio, all filters": "/onboardings/?stage=intake&waiting=customer&owner={manager}&due=week",
    "search, one found": "/onboardings/?q=onb-1999-00077",
    "search, many found": "/onboardings/?q=project",
    "search, account": "/onboardings/?q=500000000042",
    "search, nothing": "/onboardings/?q=nothing+like+it",
    "reports": "/reports/",
    "reports, all time": "/reports/?period=all",
    "reports, one customer": "/reports/?customer=Company+1",
    "API onboardings": "/api/v1/onboardings",
    "API reports": "/api/v1/reports",
    "API customer actions": "/api/v1/customer-actions",
    "API environments": "/api/v1/environments",
}
OF_CUSTOMER = {
    "customer home": "/onboardings/{onboarding}/",
    "customer's list": "/onboardings/",
    "customer's actions": "/actions/",
    "customer's API list": "/api/v1/onboardings",
    "API forecast": "/api/v1/onboardings/{onboarding}/forecast",
}

Measured = dict[str, tuple[float, int]]


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings_test"
    os.environ["API_RATE"] = "1000000/min"
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    if report(_measured(FEW), _measured(MANY)) > MOST:
        raise SystemExit(1)


def _measured(number: int) -> Measured:
    """Seed, then ask for every page in turn, so that whatever else the machine does hits all alike."""
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    try:
        calls = _calls(number)
        gc.collect()
        taken = _times(calls)
        return {name: (statistics.median(times), _statements(calls[name])) for name, times in taken.items()}
    finally:
        teardown_databases(databases, verbosity=0)


def _calls(number: int) -> dict[str, Callable[[], Any]]:
    from django.db import transaction
    from django.test import Client

    from tests.factories import many, people

    begun = time.perf_counter()
    with transaction.atomic():
        rows = many.onboardings(number)
    sys.stdout.write(f"{number:,} onboardings seeded in {time.perf_counter() - begun:.1f} s\n")
    _analyse()
    staff, customer = Client(), Client()
    staff.force_login(people.administrator())
    one = next(row for row in rows if row.stage == "verification")
    customer.force_login(people.customer_administrator(one.customer))
    words = {"manager": rows[0].account_manager_id, "onboarding": one.pk}
    calls: dict[str, Callable[[], Any]] = {}
    for client, pages in ((staff, PAGES), (customer, OF_CUSTOMER)):
        for name, path in pages.items():
            calls[name] = lambda client=client, path=path: client.get(path.format(**words))
    return calls


def _analyse() -> None:
    """Let the database know how much there is, as a database in use does."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _times(calls: dict[str, Callable[[], Any]]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(WARM_UP + ROUNDS):
        for name, call in calls.items():
            begun = time.perf_counter()
            answer = call()
            taken = time.perf_counter() - begun
            if answer.status_code != 200:
                raise SystemExit(f"{name} answers {answer.status_code}")
            if number >= WARM_UP:
                times[name].append(taken)
    return times


def _statements(call: Callable[[], Any]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def report(few: Measured, many: Measured) -> float:
    """Print every page and return the worst ratio."""
    sys.stdout.write(f"{'':26}{FEW:>10,}{MANY:>12,}{'ratio':>8}{'statements':>16}\n")
    worst = 0.0
    for name, (seconds, statements) in few.items():
        later, counted = many[name]
        ratio = later / seconds
        worst = max(worst, ratio)
        marks = ("" if statements == counted else "  more statements") + ("" if ratio <= MOST else "  too slow")
        sys.stdout.write(
            f"{name:26}{seconds * 1000:>7.1f} ms{later * 1000:>9.1f} ms{ratio:>8.2f}{statements:>9} {counted:>6}{marks}\n"
        )
    sys.stdout.write(f"worst ratio {worst:.2f}, aim at most {MOST:.0f}\n")
    return worst


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()

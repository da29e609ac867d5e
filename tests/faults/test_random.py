"""Random days (`tests.faults.days`): each ends in one of each resource. A seed that fails is had again exactly by its number.

FAULT_SEEDS=10000 python3 manage.py test tests/faults/test_random.py      many more of them
FAULT_SEEDS=4711:4712 python3 manage.py test tests/faults/test_random.py  one again
"""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from environments.provisioning import graph
from environments.provisioning.steps import STEPS
from tests.fakes.engine import spec
from tests.fakes.specifications import VARIANTS
from tests.faults import days

IN_ONE = 20
"""Seeds in one test: a test each would take longer to collect than to run."""

_WHOLE, _AGAIN, _AWAY, _GIVEN_UP = 20, 24, 19, 36
"""A seed over a whole environment, one that is run once more, one with a tear-down, and one that is given up."""

_IN_ANOTHER_PROCESS = "from tests.faults.days import Day; day = Day({seed}); day.live(); print(day.digest())"

REMAINING = {
    "backup vault",
    "iam managed_policy",
    "iam role",
    "kms alias",
    "kms key",
    "organizations account",
    "rds db_snapshot",
    "s3 bucket",
}
"""What a tear-down leaves: the data, its keys and backups, and the account with the way in."""


def _seeds() -> range:
    given = os.environ.get("FAULT_SEEDS", "1000")
    first, _, last = given.rpartition(":")
    return range(int(first or 0), int(last))


@pytest.mark.parametrize("first", range(_seeds().start, _seeds().stop, IN_ONE))
def test_random_faults_end_in_one_of_each(first: int):
    for seed in range(first, min(first + IN_ONE, _seeds().stop)):
        days.Day(seed).live()


@pytest.mark.parametrize("seed", [_WHOLE, _AGAIN, _AWAY, _GIVEN_UP])
def test_a_seed_is_the_same_day_each_time(seed: int):
    first, second = days.Day(seed), days.Day(seed)
    first.live()
    second.live()
    assert first.log == second.log
    assert any(fault for *_, fault in first.log)


def test_a_seed_is_the_same_day_in_another_process():
    day = days.Day(_AWAY)
    day.live()
    for hashing in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", _IN_ANOTHER_PROCESS.format(seed=_AWAY)],
            cwd=settings.BASE_DIR,
            env={**os.environ, "PYTHONHASHSEED": hashing},
            check=True,
            capture_output=True,
            text=True,
        )
        assert told.stdout.strip() == day.digest()


def test_what_a_step_meets_does_not_depend_on_the_others():
    alone, among = days.Draws(7), days.Draws(7)
    among.draw("read", "vpc", "ec2.describe_vpcs")
    assert alone.draw("read", "subnets", "ec2.describe_subnets") == among.draw(
        "read", "subnets", "ec2.describe_subnets"
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_tear_down_leaves_only_what_remains(variant: str):
    place = days.Place(spec(**VARIANTS[variant]))
    before, whole = place.cloud.counts(), graph.needed(STEPS, place.cloud.spec)
    place.do(whole)
    place.do(graph.tear_down(STEPS, place.cloud.spec, {step.key for step in whole}))
    assert {kind for kind, count in place.cloud.counts().items() if count != before.get(kind, 0)} <= REMAINING


def test_every_variant_has_its_own_steps():
    needed = {name: graph.needed(STEPS, spec(**changes)) for name, changes in VARIANTS.items()}
    assert len(set(needed.values())) > 1

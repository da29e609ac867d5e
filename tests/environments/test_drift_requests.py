"""What it costs in requests to compare many environments of one account and Region with AWS: exact on any machine.

    DRIFT_ENVIRONMENTS=100 python3 manage.py test tests/environments/test_drift_requests.py -s

checks and prints a hundred of them. Without it a few are checked, then more, then more again: each further one costs the same.
An answer counts as so many requests as AWS needs pages for it.
"""

import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any

import pytest

from environments.models import DriftCheck, Environment
from environments.provisioning import graph
from environments.provisioning.specification import Spec
from environments.provisioning.step import Step
from environments.provisioning.steps import STEPS
from environments.services import checklist, cloud, lookups
from environments.states import RunState, StepState
from portal import aws
from portal.core import clock
from tests.benchmarks.reference import SECTIONS, measured, reference
from tests.environments.conftest import Behind
from tests.environments.test_reference import RESOURCES, Obliging
from tests.factories import environments
from tests.fakes.engine import Vault
from tests.fakes.names import PublicDns

REGION = "eu-west-1"
MOST_REQUESTS = 37
"""For each environment of a hundred in one account, at the 48 resources of the comparison. The aim was 16."""

ROWS_OF_A_PAGE = 50
"""CloudWatch, CloudWatch Logs and the Tagging API give so many at once (their API References); all others give more."""

PROGRAMS = {"the reference": measured(), "a whole environment": graph.needed(STEPS, reference())}


class Account:
    """One account with environments in it, each as specified, of which a check is due at any time.

    `further`: how many pages the answers had after their first.
    """

    def __init__(self, behind: Behind, program: Sequence[Step]) -> None:
        self.behind, self.program = behind, program
        self.rows: list[Environment] = []
        self.sealed: dict[str, dict[str, str]] = {}
        self.further = 0

    def check(self, number: int) -> int:
        """Compare so many environments as the schedule does, and return how many reads that takes."""
        while len(self.rows) < number:
            self.rows.append(self._provisioned(self._specified(len(self.rows))))
        self.behind.cloud.reads.clear()
        self.further = 0
        checklist.verify_all(self.rows[0].aws_account_id, REGION)
        assert list(DriftCheck.objects.values_list("findings", flat=True)) == [[]] * number
        return len(self.behind.cloud.reads)

    def pages(self, *given: Any, **params: Any) -> list[Any]:
        rows = self.behind.pages(*given, **params)
        if "Path" not in params:  # of which the cloud in memory takes no notice: AWS answers with an environment's few
            self.further += max(0, ceil(len(rows) / ROWS_OF_A_PAGE) - 1)
        return rows

    def secrets(self, row: Environment) -> Vault:
        return Vault(self.sealed[row.pk])

    def _specified(self, number: int) -> Environment:
        if number:
            first = self.rows[0]
            row = Environment.objects.create(
                customer=first.customer,
                name=f"Production {number}",
                kind=first.kind,
                aws_account=first.aws_account,
                region=REGION,
                cidr_blocks=[f"10.{number}.0.0/16"],
            )
            environments.specify(row, zone=f"n{number}.internal")
        else:
            row = environments.environment(region=REGION, new_vpc=True, cidr="10.0.0.0/16")
        specification = row.specifications.get()
        specification.content.update(SECTIONS)
        specification.save()
        return row

    def _provisioned(self, row: Environment) -> Environment:
        """Have it made in memory, and kept as a run would have kept it."""
        outputs = self._made(row)
        run = environments.run_of(row, *outputs)
        for step in run.steps.all():
            step.state, step.outputs, step.finished_at = StepState.READY, outputs[step.key], clock.now()
            step.save()
        run.state = RunState.FINISHED
        run.save()
        row.vpc_id = outputs["vpc"]["vpc_id"]
        row.save()
        return row

    def _made(self, row: Environment) -> dict[str, dict[str, Any]]:
        cloud = self.behind.cloud if self.rows else self.behind.stand_for(row)
        cloud.spec = Spec.of(row.specifications.get().content)
        cloud.sealed = self.sealed[row.pk] = {}
        run = Obliging(cloud.spec, self.program, cloud=cloud)
        assert run.run().state == "finished"
        cloud.before = cloud.after = cloud.before_read = lambda operation: None
        return {key: record.outputs for key, record in run.journal.records.items()}


@pytest.fixture
def account(request: pytest.FixtureRequest, behind: Behind, monkeypatch: pytest.MonkeyPatch, settings) -> Account:
    settings.DRIFT_INTERVAL = timedelta(0)
    found = Account(behind, PROGRAMS[request.param])
    monkeypatch.setattr(aws, "pages", found.pages)
    monkeypatch.setattr(checklist, "STEPS", found.program)
    monkeypatch.setattr(cloud, "LookingSecrets", found.secrets)
    monkeypatch.setattr(lookups, "public", lambda spec: PublicDns(behind.cloud))
    return found


@pytest.mark.timeout(600)  # a hundred take longer than other tests may
@pytest.mark.django_db
@pytest.mark.parametrize("account", PROGRAMS, indirect=True)
def test_each_further_environment_costs_few_requests(account: Account) -> None:
    few, more, most = (account.check(number) for number in (2, 7, 12))
    reads = account.check(int(os.environ.get("DRIFT_ENVIRONMENTS", "12")))

    assert most - more == more - few, "what is shared is not asked for once more"
    each = (reads + account.further) / len(account.rows)
    sys.stdout.write(f"{each:.2f} requests for each of {len(account.rows)} environments\n")
    assert each <= MOST_REQUESTS * max(1, _resources(account) / RESOURCES)


def _resources(account: Account) -> int:
    spec = account.behind.cloud.spec
    return sum(len(step.wanted(spec)) for step in account.program)

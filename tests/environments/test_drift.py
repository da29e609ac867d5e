"""Drift: found on a schedule or on demand, kept as history, shared between the environments of an account."""

from datetime import timedelta

import pytest

from environments.models import DriftCheck, Environment
from environments.provisioning import plan as planning
from environments.provisioning.ports import CallFailed, Failure
from environments.services import checklist, drift
from environments.services.shared_reads import SharedReads
from environments.states import RunState
from portal.audit.models import AuditEvent
from portal.core import clock
from tests.factories import environments
from tests.fakes.cloud import refuse

KEPT = planning.PlannedStep("log_bucket", "Log bucket", planning.KEEP)
GONE = planning.PlannedStep("private_zone", "Private hosted zone", planning.CHANGE, details=("It is gone",))


@pytest.fixture
def production(db) -> Environment:
    return environments.environment()


def test_what_differs_is_kept_once_and_seen_again(production):
    first = drift.note(production, [KEPT, GONE])
    again = drift.note(production, [KEPT, GONE])
    assert again.pk == first.pk
    assert [found["step"] for found in again.findings] == ["private_zone"]
    assert again.checked_at >= first.checked_at
    assert AuditEvent.objects.filter(action="environment.drifted").count() == 1


def test_its_end_is_kept_too(production):
    drift.note(production, [GONE])
    drift.note(production, [KEPT])
    states = [bool(check.findings) for check in production.drift_checks.order_by("found_at", "id")]
    assert states == [True, False]
    assert AuditEvent.objects.filter(action="environment.as_approved").exists()


def test_environment_that_never_drifted_leaves_no_audit(production):
    drift.note(production, [KEPT])
    assert not AuditEvent.objects.filter(action__startswith="environment.").exists()


def test_check_is_due_only_where_something_stands_and_nobody_looked_lately(production, behind, settings):
    settings.DRIFT_INTERVAL = timedelta(hours=1)
    behind.stand_for(production)
    assert not drift.due().exists(), "nothing is provisioned yet"
    run = environments.run(production)
    run.state = RunState.FINISHED
    run.save()
    assert list(drift.due()) == [production]
    drift.note(production, [KEPT])
    assert not drift.due().exists()
    DriftCheck.objects.update(checked_at=clock.now() - timedelta(hours=2))
    assert list(drift.due()) == [production]


class Told:
    """What was sent to AWS."""

    def __init__(self) -> None:
        self.sent: list[dict] = []

    def __call__(self, params: dict) -> list[dict]:
        self.sent.append(params)
        return [params]


def _filter(name: str, *values: str) -> dict:
    return {"Filters": [{"Name": name, "Values": list(values)}]}


def test_environment_that_aws_does_not_answer_for_keeps_no_other_waiting(production, monkeypatch):
    other = environments.environment(production.customer, kind="test")
    looked: list[str] = []

    def verify(environment_id: str, shared: SharedReads) -> None:
        looked.append(environment_id)
        if len(looked) == 1:
            raise refuse(Failure.RETRYABLE, "RequestLimitExceeded", "a read")

    monkeypatch.setattr(checklist, "verify", verify)
    due = Environment.objects.filter(pk__in=[production.pk, other.pk])
    monkeypatch.setattr(drift, "due", lambda: due)
    Environment.objects.update(aws_account=production.aws_account, region=production.region)
    with pytest.raises(CallFailed, match="RequestLimitExceeded"):
        checklist.verify_all(production.aws_account_id, production.region)
    assert set(looked) == {production.pk, other.pk}


def test_reads_of_all_environments_become_one():
    shared, told = SharedReads({"tag:wso2:env": ["env_1", "env_2"]}), Told()
    answers = [shared.once("account", "vpcs", _filter("tag:wso2:env", env), told) for env in ("env_1", "env_2")]
    assert told.sent == [_filter("tag:wso2:env", "env_1", "env_2")]
    assert answers[0] == answers[1]


def test_what_is_not_common_is_asked_for_itself():
    shared, told = SharedReads({"vpc-id": ["vpc-1", "vpc-2"]}), Told()
    for filters in (_filter("vpc-id", "vpc-9"), _filter("name", "vpc-1"), {"Bucket": "one"}, {"Bucket": "two"}):
        shared.once("account", "read", filters, told)
    assert told.sent == [_filter("vpc-id", "vpc-9"), _filter("name", "vpc-1"), {"Bucket": "one"}, {"Bucket": "two"}]


def test_filter_is_widened_to_no_more_values_than_aws_takes():
    every = [f"env_{number:03}" for number in range(250)]
    shared, told = SharedReads({"tag:wso2:env": every}), Told()
    for env in every:
        shared.once("account", "vpcs", _filter("tag:wso2:env", env), told)
    assert told.sent == [_filter("tag:wso2:env", *every[:200]), _filter("tag:wso2:env", *every[200:])]


def test_tagging_service_takes_fewer_values():
    every = [f"env_{number:02}" for number in range(25)]
    shared, told = SharedReads({"tag:wso2:env": every}), Told()
    for env in every:
        shared.once("account", "keys", {"TagFilters": [{"Key": "wso2:env", "Values": [env]}]}, told)
    assert [sent["TagFilters"][0]["Values"] for sent in told.sent] == [every[:20], every[20:]]


def test_names_are_looked_for_by_what_they_have_in_common():
    shared, told = SharedReads(prefix="wso2-"), Told()
    for prefix in ("wso2-1f0c2a9b-", "wso2-2e5e7ce1-", "other-"):
        shared.once("account", "alarms", {"AlarmNamePrefix": prefix}, told)
    assert told.sent == [{"AlarmNamePrefix": "wso2-"}, {"AlarmNamePrefix": "other-"}]


def test_alarms_of_one_environment_are_not_looked_for_among_those_of_all(production):
    shared, told = drift.shared_by([production]), Told()
    shared.once("account", "alarms", {"AlarmNamePrefix": "wso2-1f0c2a9b-"}, told)
    assert told.sent == [{"AlarmNamePrefix": "wso2-1f0c2a9b-"}]


def test_accounts_are_never_mixed():
    shared, told = SharedReads({}), Told()
    shared.once("account 1", "zones", {}, told)
    shared.once("account 2", "zones", {}, told)
    assert len(told.sent) == 2


def test_error_is_everybodys_who_asked():
    shared = SharedReads({})

    def fail(params: dict) -> None:
        raise ValueError("no answer")

    for _ in range(2):
        with pytest.raises(ValueError, match="no answer"):
            shared.once("account", "zones", {}, fail)
    assert shared.sent == 1

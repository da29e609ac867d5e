"""The engine on a cloud in memory: what it does in the ordinary case, and when people and AWS do what they do."""

from datetime import timedelta
from itertools import pairwise

import pytest

from environments.provisioning.attempt import MOST_ATTEMPTS
from environments.provisioning.ports import Failure, LeaseLost
from tests.fakes.cloud import Cloud, refuse
from tests.fakes.engine import SETTLE, FakeRun, nth, spec


def _undisturbed() -> Cloud:
    run = FakeRun(Cloud(spec()))
    assert run.run().state == "finished"
    return run.cloud


def test_run_ends_in_exactly_one_of_each_resource():
    run = FakeRun(Cloud(spec()))
    assert run.run().state == "finished"
    counts = run.cloud.counts()
    for kind in ("ec2 vpc_peering", "route53 zone", "cloudtrail trail"):
        assert counts[kind] == 1


def test_second_run_makes_no_changing_call():
    cloud = Cloud(spec())
    FakeRun(cloud).run()
    cloud.changes.clear()
    assert FakeRun(cloud).run().state == "finished"
    assert cloud.changes == []


def test_run_waits_for_the_customer_and_says_for_what_and_until_when():
    run = FakeRun(Cloud(spec()))
    assert run.run(accepts=False).state == "waiting"
    waiting = run.last("peering_acceptance")
    assert (waiting.state, waiting.waits_on) == ("waiting", "customer")
    assert "222222222222" in waiting.reason
    assert waiting.give_up_at == run.journal.said[0].at + timedelta(days=7)


def test_what_does_not_need_the_peering_is_ready_while_it_waits():
    run = FakeRun(Cloud(spec()))
    run.run(accepts=False)
    ready = {key for key, state in run.states().items() if state == "ready"}
    assert ready >= {"private_zone", "dns_records", "log_bucket", "audit_bucket", "audit_trail"}
    assert run.states()["provider_routes"] == "pending"


def test_missing_role_waits_for_the_customer():
    run = FakeRun(Cloud(spec()))
    run.cloud.role_exists = False
    assert run.advance().state == "waiting"
    assert run.last("customer_access").waits_on == "customer"
    assert run.cloud.changes == []


def test_role_that_lets_anybody_in_stops_the_run():
    run = FakeRun(Cloud(spec()))
    run.cloud.role_requires_external_id = False
    assert run.advance().state == "failed"
    assert run.last("customer_access").error["code"] == "external_id_not_required"


def test_credentials_of_another_account_stop_before_anything_changes():
    run = FakeRun(Cloud(spec()))
    run.cloud.answers_as = "999999999999"
    assert run.advance().state == "failed"
    assert run.last("provider_access").error["code"] == "wrong_account"
    assert run.cloud.changes == []


@pytest.mark.parametrize("code", ["rejected", "expired", "failed", "deleted"])
def test_dead_peering_stops_with_a_remedy_and_the_rest_stands(code):
    run = FakeRun(Cloud(spec()))
    run.run(accepts=False)
    run.cloud.end_peerings(code)
    run.now += timedelta(minutes=1)
    run.advance()
    assert run.states()["peering_acceptance"] == "failed"
    error = run.last("peering_acceptance").error
    assert error["code"] == f"peering_{code}"
    assert error["remedy"]
    assert run.states()["log_bucket"] == "ready"


def test_overlap_that_aws_shows_at_once_is_explained_and_requested_only_once():
    run = FakeRun(Cloud(spec()))
    run.cloud.first_peering_status = "failed"
    assert run.run().state == "failed"
    assert "overlap" in run.last("peering_request").error["message"]
    assert run.cloud.changes.count("ec2.create_vpc_peering_connection") == 1


def test_deadline_that_passes_stops_the_step_even_where_aws_never_says_expired():
    run = FakeRun(Cloud(spec()))
    run.run(accepts=False)
    run.now += timedelta(days=7)
    run.advance()
    assert run.states()["peering_acceptance"] == "failed"
    assert run.last("peering_acceptance").error["code"] == "overdue"


def test_route_that_leads_elsewhere_is_never_replaced():
    run = FakeRun(Cloud(spec()))
    tables = {row["RouteTableId"]: row["Routes"] for row in run.cloud.rows("ec2", "route_table")}
    table = tables["rtb-customer-private"]
    table.append({"DestinationCidrBlock": "10.200.0.0/16", "TransitGatewayId": "tgw-1"})
    assert run.run().state == "failed"
    error = run.last("customer_routes").error
    assert "rtb-customer-private" in error["message"]
    assert "tgw-1" in error["message"]
    assert table == [{"DestinationCidrBlock": "10.200.0.0/16", "TransitGatewayId": "tgw-1"}]
    assert run.states()["provider_routes"] == "ready"


def test_denied_call_stops_its_step_and_its_dependants_only():
    run = FakeRun(Cloud(spec()))

    def deny(operation):
        if operation == "s3.put_bucket_policy":
            raise refuse(Failure.DENIED, "AccessDenied", operation)

    run.cloud.before = deny
    assert run.run().state == "failed"
    states = run.states()
    assert states.pop("audit_bucket") == "failed"
    assert states.pop("audit_trail") == "pending"
    assert set(states.values()) == {"ready"}
    assert "permission" in run.last("audit_bucket").error["remedy"]


def test_throttled_calls_are_tried_again():
    run = FakeRun(Cloud(spec()))
    left = [3]

    def throttle(operation):
        if operation == "s3.create_bucket" and left[0]:
            left[0] -= 1
            raise refuse(Failure.RETRYABLE, "SlowDown", operation)

    run.cloud.before = throttle
    assert run.run().state == "finished"
    assert run.cloud.counts() == _undisturbed().counts()


def test_endless_throttling_asks_a_person():
    run = FakeRun(Cloud(spec()))

    def throttle(operation):
        if operation == "ec2.describe_route_tables":
            raise refuse(Failure.RETRYABLE, "RequestLimitExceeded", operation)

    run.cloud.before_read = throttle
    assert run.run().state == "failed"
    assert run.last("provider_routes").attempt == MOST_ATTEMPTS


@pytest.mark.parametrize(
    "operation", ["ec2.create_security_group", "ec2.create_vpc_peering_connection"], ids=["with a name", "that settles"]
)
def test_change_that_is_never_answered_asks_a_person_at_last(operation):
    run = FakeRun(Cloud(spec()))
    tried = []

    def lose(called):
        if called == operation:
            tried.append(run.now)
            raise refuse(Failure.UNKNOWN, "InternalError", operation)

    run.cloud.before = lose
    assert run.run().state == "failed"
    (stopped,) = [run.last(key) for key, state in run.states().items() if state == "failed"]
    assert stopped.attempt >= MOST_ATTEMPTS, "many lost answers are sat out first"
    assert stopped.error["code"] == "InternalError"
    assert "may or may not have taken effect" in stopped.error["message"]
    assert "Health Dashboard" in stopped.error["remedy"]
    if stopped.step == "peering_request":
        waited = [later - earlier for earlier, later in pairwise(tried)]
        assert min(waited) >= SETTLE, "a settle window passes before each is sent again"


def test_few_lost_answers_in_a_row_are_sat_out():
    run = FakeRun(Cloud(spec()))
    left = [MOST_ATTEMPTS]

    def lose(operation):
        if operation == "s3.create_bucket" and left[0]:
            left[0] -= 1
            raise refuse(Failure.UNKNOWN, "ReadTimeoutError", operation)

    run.cloud.before = lose
    assert run.run().state == "finished"
    assert run.cloud.counts() == _undisturbed().counts()


def test_lack_of_room_in_aws_stops_the_step_at_once_with_a_remedy():
    run = FakeRun(Cloud(spec()))

    def refuse_room(operation):
        if operation == "ec2.run_instances":
            raise refuse(Failure.REFUSED, "InsufficientInstanceCapacity", operation)

    run.cloud.before = refuse_room
    assert run.run().state == "failed"
    stopped = run.last("instances")
    assert stopped.attempt == 1
    assert "no room" in stopped.error["message"]
    assert "another size or zone" in stopped.error["remedy"]


def test_defect_of_a_step_is_shown_and_does_not_end_the_others():
    run = FakeRun(Cloud(spec()))

    def break_down(operation):
        if operation == "s3.get_bucket_policy":
            raise KeyError("a secret that must not be shown")

    run.cloud.before_read = break_down
    assert run.run().state == "failed"
    error = run.last("audit_bucket").error
    assert error["code"] == "defect"
    assert "secret" not in str(error)
    assert run.states()["provider_routes"] == "ready"


def test_engine_whose_lease_is_lost_stops_before_its_next_change():
    run = FakeRun(Cloud(spec()))

    def lose():
        run.journal.lost = True

    run.cloud.after = nth(2, lose)
    with pytest.raises(LeaseLost):
        run.run()
    assert len(run.cloud.changes) == 2


def test_steps_that_can_go_together_do():
    run = FakeRun(Cloud(spec()))
    run.run(accepts=False)
    started = [progress.step for progress in run.journal.said if progress.state == "running"]
    assert set(started[:2]) == {"provider_access", "customer_access"}
    assert {"peering_request", "private_zone", "log_bucket", "audit_bucket"} <= set(started[2:16])

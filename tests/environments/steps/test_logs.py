from dataclasses import replace

import pytest

from environments.provisioning.step import Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps.logs import KINDS, LogDelivery, LogGroups, LogSubscriptions, group
from tests.environments.steps.conftest import Bench
from tests.fakes.engine import spec

GROUPS, DELIVERY, SUBSCRIPTIONS = LogGroups(), LogDelivery(), LogSubscriptions()


@pytest.fixture
def delivering(bench) -> Bench:
    bench.make_required(SUBSCRIPTIONS)
    bench.forget()
    return bench


def _groups(bench):
    rows = bench.customer.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=group(bench.spec, ""))
    return {row["logGroupName"]: row.get("retentionInDays") for row in rows}


def test_one_group_for_each_kind_of_logs_keeps_them_thirty_days(bench):
    assert bench.make(GROUPS).outputs == {kind: group(bench.spec, kind) for kind in KINDS}
    assert _groups(bench) == {group(bench.spec, kind): 30 for kind in KINDS}


def test_fresh_groups_take_two_calls_each_and_no_look(bench):
    assert isinstance(GROUPS.apply(bench.context, Missing()), Ready)
    assert bench.reads == []
    assert sorted(bench.changes) == ["logs.create_log_group"] * 3 + ["logs.put_retention_policy"] * 3


def test_second_apply_of_the_groups_takes_one_read(bench):
    bench.make(GROUPS)
    bench.forget()
    bench.apply(GROUPS)
    assert (bench.reads, bench.changes) == (["logs.describe_log_groups"], [])


@pytest.mark.parametrize("days", [None, 7])
def test_retention_is_watched_and_mended(bench, days):
    bench.make(GROUPS)
    name = group(bench.spec, "audit")
    bench.customer.change("logs", "delete_log_group", logGroupName=name)
    bench.customer.change("logs", "create_log_group", logGroupName=name)
    if days:
        bench.customer.change("logs", "put_retention_policy", logGroupName=name, retentionInDays=days)
    found = GROUPS.observe(bench.context)
    assert isinstance(found, Drifted)
    assert found.differences == (f"Log group {name}: days is {days or 'without end'} instead of 30",)
    bench.make(GROUPS)
    assert _groups(bench)[name] == 30


def test_groups_of_another_environment_stay(bench):
    bench.make(GROUPS)
    other = replace(bench.spec, environment_id="env_other")
    bench.customer.change("logs", "create_log_group", logGroupName=group(other, "audit"))
    bench.tear_down(GROUPS)
    assert isinstance(GROUPS.observe(bench.context), Missing)
    rows = bench.customer.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=group(other, ""))
    assert [row["logGroupName"] for row in rows] == [group(other, "audit")]


def test_stream_leads_into_the_log_bucket(bench):
    bench.make_required(DELIVERY)
    bench.forget()
    made = DELIVERY.apply(bench.context, Missing())
    assert isinstance(made, Pending), "AWS takes a while"
    assert (bench.reads, bench.changes) == ([], ["firehose.create_delivery_stream"])
    bench.make(DELIVERY)
    (seen,) = bench.make(DELIVERY).resources
    answer = bench.customer.read("firehose", "describe_delivery_stream", DeliveryStreamName=seen.name)
    (destination,) = answer["DeliveryStreamDescription"]["Destinations"]
    target = destination["ExtendedS3DestinationDescription"]
    assert target["BucketARN"] == f"arn:aws:s3:::{bench.outputs['log_bucket']['bucket']}"
    assert target["RoleARN"] == bench.outputs["delivery_role"]["role_arn"]


def test_second_apply_of_the_stream_takes_one_read(bench):
    bench.make_required(DELIVERY)
    bench.make(DELIVERY)
    bench.forget()
    bench.apply(DELIVERY)
    assert (bench.reads, bench.changes) == (["firehose.describe_delivery_stream"], [])


def test_stream_that_was_led_elsewhere_is_led_back(bench):
    bench.make_required(DELIVERY)
    (seen,) = bench.make(DELIVERY).resources
    bench.customer.change(
        "firehose",
        "update_destination",
        DeliveryStreamName=seen.name,
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={
            "RoleARN": bench.outputs["delivery_role"]["role_arn"],
            "BucketARN": "arn:aws:s3:::elsewhere",
        },
    )
    found = DELIVERY.observe(bench.context)
    assert isinstance(found, Drifted)
    assert found.changes[0].differences[0].startswith("bucket is elsewhere instead of wso2-")
    bench.make(DELIVERY)
    assert isinstance(DELIVERY.observe(bench.context), Ready)


def test_stream_that_aws_gave_up_on_is_for_a_person(memory_bench):
    memory_bench.make_required(DELIVERY)
    memory_bench.make(DELIVERY)
    (stream,) = memory_bench.memory.rows("firehose", "stream")
    stream["DeliveryStreamStatus"] = "CREATING_FAILED"
    found = DELIVERY.observe(memory_bench.context)
    assert isinstance(found, Drifted)
    with pytest.raises(StepRefused, match="CREATING_FAILED"):
        DELIVERY.apply(memory_bench.context, found)
    memory_bench.tear_down(DELIVERY)
    assert memory_bench.memory.rows("firehose", "stream") == []


def test_every_line_of_every_group_goes_to_the_stream(delivering):
    assert isinstance(SUBSCRIPTIONS.apply(delivering.context, Missing()), Ready)
    assert (delivering.reads, delivering.changes) == ([], ["logs.put_subscription_filter"] * 3)
    for kind in KINDS:
        name = group(delivering.spec, kind)
        (row,) = delivering.customer.pages(
            "logs", "describe_subscription_filters", "subscriptionFilters", logGroupName=name
        )
        assert row["filterPattern"] == ""
        assert row["destinationArn"] == delivering.outputs["log_delivery"]["stream_arn"]


def test_second_apply_of_the_subscriptions_takes_a_read_each(delivering):
    delivering.make(SUBSCRIPTIONS)
    delivering.forget()
    delivering.apply(SUBSCRIPTIONS)
    assert (delivering.reads, delivering.changes) == (["logs.describe_subscription_filters"] * 3, [])


def test_subscription_that_leaves_lines_out_or_is_gone_is_mended(delivering):
    delivering.make(SUBSCRIPTIONS)
    audit, system = group(delivering.spec, "audit"), group(delivering.spec, "system")
    delivering.customer.change(
        "logs",
        "put_subscription_filter",
        logGroupName=audit,
        filterName="to-bucket",
        filterPattern="ERROR",
        destinationArn=delivering.outputs["log_delivery"]["stream_arn"],
        roleArn=delivering.outputs["delivery_role"]["role_arn"],
    )
    delivering.customer.change("logs", "delete_subscription_filter", logGroupName=system, filterName="to-bucket")
    found = SUBSCRIPTIONS.observe(delivering.context)
    assert isinstance(found, Drifted)
    assert found.differences == (
        f"Log subscription {audit}: lines is only ERROR instead of all",
        f"There is no log subscription {system}",
    )
    delivering.forget()
    delivering.make(SUBSCRIPTIONS)
    assert delivering.changes == ["logs.put_subscription_filter"] * 2
    assert isinstance(SUBSCRIPTIONS.observe(delivering.context), Ready)


def test_tear_down_leaves_nothing_and_may_be_repeated(delivering):
    delivering.make(SUBSCRIPTIONS)
    for step in (SUBSCRIPTIONS, DELIVERY, GROUPS):
        delivering.tear_down(step)
        assert isinstance(step.observe(delivering.context), Missing)
        step.remove(delivering.context)
    assert _groups(delivering) == {}


def test_logs_are_collected_in_every_environment():
    test = replace(spec(), kind="test")
    assert all(step.applies(test) for step in (GROUPS, DELIVERY, SUBSCRIPTIONS))
